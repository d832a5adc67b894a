//! The catalogue.

use sqlx::FromRow;

use super::tx::{Tx, run};
use crate::domain::PersonId;

/// Something we sell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Its id, stable over renames.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Other names.
    pub aliases: Vec<String>,
    /// No longer sold: shown in history, not offered.
    pub retired: bool,
}

#[derive(FromRow)]
struct Row {
    id: i64,
    name: String,
    aliases: String,
    retired: bool,
}

impl Tx {
    /// What every product is called, retired ones too, by id.
    pub async fn product_names(&mut self) -> sqlx::Result<Vec<(i64, String)>> {
        let sql = "SELECT id, name FROM products WHERE organisation_id = $1 ORDER BY position";
        run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation))
    }

    /// Every product, retired ones too, those `by` logged lately first, then in the order of the configuration.
    pub async fn products(&mut self, by: PersonId) -> sqlx::Result<Vec<Product>> {
        if let Some(known) = self.known.products(by) {
            return Ok(known.clone());
        }
        // The latest fifty refusals are enough to know what somebody sells, and keep this independent of history.
        let sql = "SELECT p.id, p.name, p.aliases, p.retired_at IS NOT NULL AS retired FROM products p
                   LEFT JOIN (SELECT products FROM refusals WHERE organisation_id = $1 AND logged_by = $2
                              ORDER BY logged_at DESC LIMIT 50) r
                     ON r.products LIKE '%' || ',' || CAST(p.id AS TEXT) || ',' || '%'
                   WHERE p.organisation_id = $1
                   GROUP BY p.id, p.name, p.aliases, p.retired_at, p.position
                   ORDER BY COUNT(r.products) DESC, p.position";
        let rows: Vec<Row> = run!(self, fetch_all, sqlx::query_as(sql).bind(self.organisation).bind(by))?;
        let products = rows
            .into_iter()
            .map(|row| {
                let aliases = serde_json::from_str(&row.aliases).map_err(|e| sqlx::Error::Decode(e.into()))?;
                Ok(Product { id: row.id, name: row.name, aliases, retired: row.retired })
            })
            .collect::<sqlx::Result<Vec<_>>>()?;
        self.known.sells(by, products.clone());
        Ok(products)
    }
}
