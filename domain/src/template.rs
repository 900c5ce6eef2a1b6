//! Templates of orders. A template is a record: a name, and the content that a new order begins with.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::order::Content;
use crate::record::{Fields, Value};
use crate::text::SHORT;

/// A template.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Template {
    /// Its id.
    pub id: Uuid,
    /// What the shop calls it.
    pub name: String,
    /// What an order from it begins with; no buyer: personal data live with contacts and customers.
    pub content: Content,
    /// Its place among the templates.
    pub position: i64,
}

/// What is wrong with a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateFault {
    /// It has no name.
    #[error("a template has a name")]
    NameMissing,
    /// The name is longer than fits.
    #[error("the name is too long")]
    TooLong,
}

impl Template {
    /// Reads it from its record; `None` where it was thrown away.
    pub fn read(fields: &Fields) -> Option<Self> {
        let content = fields.fields.get("content").and_then(Value::as_text)?;
        Some(Self {
            id: fields.id,
            name: fields.text("name").to_owned(),
            // Of a newer build, it may hold what this one can't read.
            content: serde_json::from_str(content).ok()?,
            position: fields.int("position").unwrap_or_default(),
        })
    }

    /// Its fields, as a record holds them.
    pub fn fields(&self) -> BTreeMap<String, Value> {
        let content = serde_json::to_string(&self.content).unwrap_or_default();
        [
            ("name", Value::from(self.name.as_str())),
            ("content", content.into()),
            ("position", Value::Int(self.position)),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }

    /// What keeps it from being saved.
    pub fn faults(&self) -> Vec<TemplateFault> {
        let mut faults = Vec::new();
        if self.name.trim().is_empty() {
            faults.push(TemplateFault::NameMissing);
        }
        if self.name.chars().count() > SHORT {
            faults.push(TemplateFault::TooLong);
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::Line;

    #[test]
    fn what_is_written_is_read_and_a_cleared_one_is_gone() {
        let line = Line { id: 1, item: "龙井 \"明前\"".into(), quantity: 2, price: 88_00, ..Line::default() };
        let content = Content { lines: vec![line], note: "礼品".into(), ..Content::default() };
        let template = Template { name: "老客户".into(), content, position: 3, ..Template::default() };
        let mut fields = Fields { fields: template.fields(), ..Fields::default() };
        assert_eq!(Template::read(&fields), Some(template));
        fields.fields.remove("content");
        assert_eq!(Template::read(&fields), None);
    }
}
