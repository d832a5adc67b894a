//! `[[intake]]`: where form builders and CRMs put what a lead consists of.

use toml::de::DeTable;

use super::leads::source;
use super::reader::Reader;
use crate::flows::IntakeForm;

/// Reads them; what is wrong is complained of.
pub(super) fn read(reader: &mut Reader<'_>, root: &DeTable<'_>) -> Vec<IntakeForm> {
    let mut forms: Vec<IntakeForm> = Vec::new();
    for (section, at) in reader.sections(root, "intake") {
        let name = reader.needed(section, "name", &at);
        let source = reader.value(section, "source", source);
        let texts = reader.texts(section, "fields");
        if section.table.get("fields").is_none() {
            reader.complain(&at, "this [[intake]] has no `fields`: add fields = [\"email <- answers.email\"]");
        }
        let fields = texts.iter().filter_map(|text| reader.read(text, str::parse)).collect();
        let Some(name) = name else { continue };
        if forms.iter().any(|form| form.name == name.written) {
            reader.complain(
                &name.at,
                format!("there is an [[intake]] \"{}\" already: each name stands once", name.written),
            );
        }
        forms.push(IntakeForm { name: name.written.to_owned(), source, fields });
    }
    forms
}
