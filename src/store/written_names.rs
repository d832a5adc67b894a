//! How segments and competitors are written by those who wrote them first.

use std::collections::BTreeMap;

use super::kept::Kept;
use super::tx::{Tx, change, run};
use crate::domain::Axis;

impl Kept {
    /// Its segment and competitor, folded and as they are written.
    pub(super) fn names(&self) -> [(Axis, Option<&str>, Option<&str>); 2] {
        [
            (Axis::Segment, self.segment_key.as_deref(), self.segment.as_deref()),
            (Axis::Competitor, self.competitor_key.as_deref(), self.competitor.as_deref()),
        ]
    }
}

impl Tx {
    /// How a folded segment or competitor is written, by key.
    pub async fn written_names(&mut self, axis: Axis) -> sqlx::Result<BTreeMap<String, String>> {
        let sql = "SELECT name_key, name FROM written_names WHERE organisation_id = $1 AND axis = $2";
        let rows: Vec<(String, String)> =
            run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(axis.as_str()))?;
        Ok(rows.into_iter().collect())
    }

    /// Remembers how segments and competitors are written.
    pub(super) async fn name_written(&mut self, rows: impl IntoIterator<Item = &Kept>) -> sqlx::Result<()> {
        let mut names: BTreeMap<(&str, &str), &str> = BTreeMap::new();
        for (axis, key, name) in rows.into_iter().flat_map(Kept::names) {
            if let (Some(key), Some(name)) = (key, name) {
                names.entry((axis.as_str(), key)).or_insert(name);
            }
        }
        let sql = "INSERT INTO written_names (organisation_id, axis, name_key, name) VALUES ($1, $2, $3, $4)
                   ON CONFLICT DO NOTHING";
        for ((axis, key), name) in names {
            change!(self, sqlx::query(sql).bind(self.organisation).bind(axis).bind(key).bind(name))?;
        }
        Ok(())
    }
}
