//! The `panout` command.

fn main() {}
