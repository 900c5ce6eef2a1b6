//! The life of an order, told as stories: every row of workflow.md §2 and of the races of §4, and the properties
//! that hold for any story.
#![expect(clippy::inconsistent_digit_grouping, reason = "amounts are written as money: 100_00 is 100.00")]

#[cfg(test)]
mod counter;
#[cfg(test)]
mod customers;
#[cfg(test)]
mod drafts;
#[cfg(test)]
mod marks;
#[cfg(test)]
mod meeting;
#[cfg(test)]
mod merging;
#[cfg(test)]
mod peers;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod sheets;
#[cfg(test)]
mod stall;
#[cfg(test)]
mod states;
