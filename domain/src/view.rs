//! Saved views of the list of orders. A view is a record: a name, and the filters as they stand in an address.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::record::{Fields, Value};

/// A saved view.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct View {
    /// Its id.
    pub id: Uuid,
    /// What the shop calls it.
    pub name: String,
    /// What it asks for, as an address says it behind the question mark.
    pub query: String,
}

impl View {
    /// Reads it from its record; `None` where it was removed.
    pub fn read(fields: &Fields) -> Option<Self> {
        let query = fields.fields.get("query").and_then(Value::as_text)?;
        Some(Self { id: fields.id, name: fields.text("name").to_owned(), query: query.to_owned() })
    }

    /// Its fields, as a record holds them.
    pub fn fields(&self) -> BTreeMap<String, Value> {
        [("name", &self.name), ("query", &self.query)]
            .map(|(name, text)| (name.to_owned(), Value::from(text.as_str())))
            .into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_a_removed_one_is_gone() {
        let view = View { name: "今天没付的".into(), query: "placed=today&owed=1".into(), ..View::default() };
        let mut fields = Fields { fields: view.fields(), ..Fields::default() };
        assert_eq!(View::read(&fields), Some(view));
        fields.fields.remove("query");
        assert_eq!(View::read(&fields), None);
    }
}
