//! The app of Stallbook.
