//! Whom a message rings for, by what stands in its content and in `allowed_mentions`.

use serde_json::Value;

use super::world::World;

/// What in a content would ring if all were allowed: ids of people, `&` and ids of roles, `@everyone`, `@here`.
///
/// Discord looks at the raw text: neither a backslash nor a code block keeps a mention from ringing for sure.
fn named(content: &str) -> Vec<String> {
    let mut found: Vec<String> = vec![];
    for word in ["@everyone", "@here"] {
        if content.contains(word) {
            found.push(word.into());
        }
    }
    for part in content.split("<@").skip(1) {
        let inner = part.split('>').next().unwrap_or_default().trim_start_matches('!');
        let digits = inner.trim_start_matches('&');
        if part.contains('>') && !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
            found.push(inner.to_owned());
        }
    }
    found.sort();
    found.dedup();
    found
}

/// Records the pings of a new message, and complains of those that nobody asked for.
pub(super) fn ring(world: &mut World, id: &str, body: &Value) {
    let content = body["content"].as_str().unwrap_or_default();
    let allowed = &body["allowed_mentions"];
    if !allowed.is_object() {
        world.complain("a message without allowed_mentions: whatever it contains may ring");
    }
    let list = |key: &str| allowed[key].as_array().cloned().unwrap_or_default();
    for name in named(content) {
        let class = match name.as_str() {
            "@everyone" | "@here" => "everyone",
            role if role.starts_with('&') => "roles",
            _ => "users",
        };
        let by_name = list(class).iter().any(|it| *it == name.trim_start_matches('&'));
        let by_class = !allowed.is_object() || list("parse").iter().any(|it| it == class);
        if by_name || by_class {
            world.pings.push((id.to_owned(), name.clone()));
        }
        if by_class && !by_name {
            world.complain(format!("{name} was rung for what a text contained, not because the card mentions them"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn every_way_to_ring_is_found() {
        assert_eq!(named("hi <@12> and <@!13>, \\<@14>"), ["12", "13", "14"]);
        assert_eq!(named("<@&7> @everyone @here"), ["&7", "@everyone", "@here"]);
        assert!(named("<@> <@x> a@b.c <#1>").is_empty());
    }
}
