//! What a file may name: people, teams, products.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

use super::NotReady;
use crate::domain::{Lexicon, Person, PersonId, Role, Source, Team, TeamId, contact_key, fold};
use crate::flows::Shared;
use crate::store::{Colleague, Tx};

/// What was said beside the file.
#[derive(Clone, Debug, Default)]
pub struct ImportOptions {
    /// Who imports; by default the first admin.
    pub by: Option<String>,
    /// Whose team has what names none.
    pub team: Option<String>,
    /// Where leads and clients come from that do not say it.
    pub source: Option<Source>,
}

/// What a file may name, as it was when the import began.
pub(super) struct House {
    pub(super) shared: Arc<Shared>,
    pub(super) by: Person,
    pub(super) source: Option<Source>,
    pub(super) today: NaiveDate,
    team: Option<TeamId>,
    teams: Vec<Team>,
    heads: HashMap<TeamId, PersonId>,
    colleagues: Vec<Colleague>,
    pub(super) products: Lexicon<i64>,
    pub(super) product_names: Vec<String>,
}

/// Why somebody who is named is nobody, in words.
type Nobody = String;

impl House {
    /// Reads it.
    pub(super) async fn read(
        tx: &mut Tx,
        shared: &Arc<Shared>,
        options: &ImportOptions,
        now: DateTime<Utc>,
    ) -> Result<Self, NotReady> {
        let colleagues = tx.colleagues().await?;
        let by = match &options.by {
            Some(name) => named(&colleagues, name, false).map_err(|why| NotReady::Wrong(format!("--by: {why}")))?,
            None => first_admin(tx).await?,
        };
        let (by, mut teams, mut heads) = (tx.person(by).await?, Vec::new(), HashMap::new());
        for team in tx.teams().await? {
            teams.extend(tx.team(team).await?);
            heads.extend(tx.head_of(team).await?.map(|head| (team, head.id)));
        }
        let products = tx.products(by.id).await?;
        let names = |product: &crate::store::Product| {
            let mut names = vec![product.name.clone()];
            names.extend(product.aliases.iter().cloned());
            (product.id, names)
        };
        let today = now.with_timezone(&by.time_zone()).date_naive();
        let mut house = Self {
            shared: shared.clone(),
            by,
            source: options.source,
            today,
            team: None,
            teams,
            heads,
            colleagues,
            products: Lexicon::new(products.iter().map(names)),
            product_names: products.iter().filter(|product| !product.retired).map(|it| it.name.clone()).collect(),
        };
        if let Some(name) = &options.team {
            let team = house.team_named(name).map_err(|why| NotReady::Wrong(format!("--team: {why}")))?;
            house.team = Some(team.id);
        }
        Ok(house)
    }

    /// Whether the team of a row that names none is known without its owner.
    pub(super) fn has_one_team(&self) -> bool {
        self.team.is_some() || self.teams.len() < 2
    }

    /// The team of a row that names none: that of the command line, its owner's, the only one.
    pub(super) fn team_for(&self, owner: Option<PersonId>) -> Option<TeamId> {
        let of = |owner| self.colleagues.iter().find(|known| known.id == owner).map(|known| known.team_id);
        let only = || (self.teams.len() < 2).then_some(self.by.team.id);
        self.team.or_else(|| owner.and_then(of)).or_else(only)
    }

    /// A team.
    pub(super) fn team(&self, id: TeamId) -> &Team {
        self.teams.iter().find(|team| team.id == id).unwrap_or(&self.by.team)
    }

    /// Who leads a team; where nobody does, whoever imports.
    pub(super) fn head_of(&self, team: TeamId) -> PersonId {
        self.heads.get(&team).copied().unwrap_or(self.by.id)
    }

    /// A team by its name.
    pub(super) fn team_named(&self, name: &str) -> Result<&Team, Nobody> {
        let wanted = fold(name);
        self.teams.iter().find(|team| fold(&team.name) == wanted).ok_or_else(|| {
            let all: Vec<&str> = self.teams.iter().map(|team| team.name.as_str()).collect();
            format!("there is no team \"{}\" with people in it: one of {}", super::shown(name), all.join(", "))
        })
    }

    /// Somebody by name. `left`: also who left.
    pub(super) fn named(&self, name: &str, left: bool) -> Result<PersonId, Nobody> {
        named(&self.colleagues, name, left)
    }
}

/// The first admin; where nobody is one, the head of the first team.
async fn first_admin(tx: &mut Tx) -> Result<PersonId, NotReady> {
    if let Some(admin) = tx.admins().await?.first() {
        return Ok(admin.id);
    }
    let head = match tx.teams().await?.first() {
        Some(team) => tx.head_of(*team).await?,
        None => None,
    };
    head.map(|head| head.id).ok_or_else(|| {
        NotReady::Wrong("there is neither an admin nor a head of sales: name one in panout.toml".to_owned())
    })
}

/// By the whole name in any order, else by the beginning of only one.
fn named(colleagues: &[Colleague], name: &str, left: bool) -> Result<PersonId, Nobody> {
    let shown = super::shown(name);
    let (wanted, begins) = (contact_key(name), format!("{} ", fold(name)));
    let same = |known: &&Colleague| contact_key(&known.name) == wanted;
    let begun = |known: &&Colleague| fold(&known.name).starts_with(&begins);
    let is_there = |known: &&Colleague| known.left_at.is_none() && known.role != Role::Observer.as_str();
    let fits = |known: &&Colleague| is_there(known) || (left && known.role != Role::Observer.as_str());
    let whole: Vec<&Colleague> = colleagues.iter().filter(same).collect();
    let all = if whole.is_empty() { colleagues.iter().filter(begun).collect() } else { whole };
    let mut there: Vec<&Colleague> = all.iter().copied().filter(is_there).collect();
    if there.is_empty() {
        there = all.iter().copied().filter(fits).collect();
    }
    match (there.as_slice(), all.first()) {
        ([one], _) => Ok(one.id),
        ([], Some(one)) if one.left_at.is_some() => {
            Err(format!("{shown} left: name somebody who is there, or leave it empty"))
        }
        ([], Some(_)) => Err(format!("{shown} only looks on: name somebody who sells, or leave it empty")),
        ([], None) => Err(format!("nobody is called \"{shown}\": {}", nearest(colleagues, name))),
        (several, _) => {
            let names: Vec<&str> = several.iter().map(|one| one.name.as_str()).collect();
            Err(format!("\"{shown}\" could be {}: write the whole name", names.join(" or ")))
        }
    }
}

/// Who may have been meant.
fn nearest(colleagues: &[Colleague], name: &str) -> String {
    let there = colleagues.iter().filter(|known| known.left_at.is_none() && known.role != Role::Observer.as_str());
    let names = Lexicon::new(there.map(|known| (known.name.clone(), vec![known.name.clone()])));
    let close = names.find(name).map(|found| found.value).or_else(|| {
        let first = name.split_whitespace().next().unwrap_or_default();
        names.suggest(first, 1).into_iter().next()
    });
    match close {
        Some(close) => format!("did you mean {close}?"),
        None => "write the name as in panout.toml (who is new there is known after `panout run`), or leave it empty"
            .to_owned(),
    }
}
