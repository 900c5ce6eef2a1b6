//! The life of an order, told as stories: every row of workflow.md §2 and of the races of §4, and the properties
//! that hold for any story.

mod meeting;
mod properties;
mod refusals;
mod stall;
mod states;
