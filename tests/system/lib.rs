//! Whole-system tests live here.
