//! `[opportunities]`: when a deal goes dark.

use toml::de::DeTable;

use super::reader::Reader;
use super::values::Value;
use crate::flows::DealRules;

/// Reads them; what is wrong is complained of.
pub(super) fn read(reader: &mut Reader<'_>, root: &DeTable<'_>) -> DealRules {
    let mut rules = DealRules::default();
    if let Some((section, _)) = reader.sections(root, "opportunities").pop()
        && let Some(days) = reader.number(section, "days_without_touch", days)
    {
        rules.days_without_touch = days;
    }
    rules
}

/// Working days: from one to a hundred, which are months of work.
fn days(written: &str) -> Value<usize> {
    let days = written.trim().parse().ok().filter(|days| (1..=100).contains(days));
    days.ok_or_else(|| format!("{written} is not a number of working days from 1 to 100"))
}
