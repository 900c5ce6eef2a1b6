//! People as sellers write them down: pasted addresses taken apart, and names found by how they sound, with the tables
//! that the app ships.

#[cfg(test)]
mod pasted;
#[cfg(test)]
mod sounds;
#[cfg(test)]
mod tables;
