//! What the rows and columns of a table are called.

use std::collections::BTreeMap;

use super::{People, Reach};
use crate::args;
use crate::domain::{Axis, PersonId, View};
use crate::flows::Result;
use crate::report::Figures;
use crate::store::Tx;
use crate::words::Words;

/// What the keys of a table are called.
#[derive(Clone, Debug, Default)]
pub(in crate::flows) struct Names {
    rows: BTreeMap<String, String>,
    columns: BTreeMap<String, String>,
    unsaid: String,
}

impl Names {
    /// The names of what is in a table.
    pub(in crate::flows) async fn of(
        tx: &mut Tx,
        words: Words<'_>,
        reach: &Reach,
        view: View,
        figures: &Figures,
    ) -> Result<Names> {
        let (rows, columns) = view.axes();
        let mut names = Names { unsaid: words.line("figures.unsaid", args! {}), ..Names::default() };
        names.rows = axis(tx, words, reach, rows, &figures.rows).await?;
        if let Some(columns) = columns {
            names.columns = axis(tx, words, reach, columns, &figures.columns).await?;
        }
        Ok(names)
    }

    /// What a row is called.
    pub(in crate::flows) fn row(&self, key: &str) -> &str {
        self.rows.get(key).unwrap_or(&self.unsaid)
    }

    /// What a column is called.
    pub(in crate::flows) fn column(&self, key: &str) -> &str {
        self.columns.get(key).unwrap_or(&self.unsaid)
    }
}

/// The names of keys of one axis.
async fn axis(
    tx: &mut Tx,
    words: Words<'_>,
    reach: &Reach,
    axis: Axis,
    keys: &[String],
) -> Result<BTreeMap<String, String>> {
    let keys = keys.iter().filter(|key| !key.is_empty());
    Ok(match axis {
        Axis::Rep => {
            let mut names = BTreeMap::new();
            if let People::Own(own) = reach.people {
                names.insert(own.0.to_string(), words.line("figures.you", args! {}));
                return Ok(names);
            }
            for team in &reach.teams {
                names.extend(tx.names_in(*team).await?.into_iter().map(|(id, name)| (id.0.to_string(), name)));
            }
            // Who is in another team today.
            for key in keys {
                if let (false, Ok(id)) = (names.contains_key(key), key.parse()) {
                    names.insert(key.clone(), tx.person(PersonId(id)).await?.name);
                }
            }
            names
        }
        Axis::Product => {
            let products = tx.product_names().await?;
            products.into_iter().map(|(id, name)| (id.to_string(), name)).collect()
        }
        Axis::Reason | Axis::Source => keys.map(|key| (key.clone(), words.label(axis.as_str(), key))).collect(),
        Axis::Segment | Axis::Competitor => tx.written_names(axis).await?,
    })
}
