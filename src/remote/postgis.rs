//! Tables of a PostgreSQL with PostGIS that show what a registry holds: a schema that is this program's alone, filled in one
//! transaction, so that nobody sees half.
//!
//! The schema and each table bear a mark in their comment. What bears none, or another unit's, is left as it is; so is a table
//! to which somebody added a column. Rows that are as they were are not touched, so that what refers to them stays.

use super::mirror_error::MirrorError;
use super::target::DatabaseTarget;
use crate::exchange::ledger::Kind;
use crate::exchange::mirror::{Column, MirrorLayer};
use crate::ground::Feature;
use postgres::{IsolationLevel, Row, Transaction};
use serde_json::{Value, json};

/// Rows that are sent at a time.
const ROWS: usize = 1_000;
/// What the comments of what is ours begin with.
const OURS: &str = "papaver.mirror/1";

/// What tables say of themselves.
#[derive(Debug, Clone)]
pub struct TableComments {
    /// The unit whose registry they show.
    pub unit: String,
    /// Which state of it, and when; in words.
    pub state: String,
}

impl TableComments {
    /// The mark of what shows this unit's registry.
    fn mark(&self) -> String {
        format!("{OURS} {}", self.unit)
    }
}

/// Shows these layers: what was there before follows them, and what others see changes at once.
///
/// # Errors
/// [`MirrorError`]; the tables are as they were then, except where [`MirrorError::Broken`] says otherwise.
pub fn fill(
    target: &DatabaseTarget,
    layers: &[MirrorLayer],
    about: &TableComments,
) -> Result<(), MirrorError> {
    let mut client = target.connect()?;
    let builder = client.build_transaction();
    let mut tables = Tables {
        transaction: builder
            .isolation_level(IsolationLevel::ReadCommitted)
            .start()?,
        target,
        about,
    };
    tables.begin()?;
    tables.own_schema()?;
    for layer in layers {
        tables.prepare(layer)?;
        tables.load(layer)?;
    }
    tables.transaction.commit()?;
    Ok(())
}

/// A name as SQL quotes it.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Words as SQL quotes them.
fn words(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn sql_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Number => "double precision",
        Kind::Count => "bigint",
    }
}

/// A column as a table is made with it.
fn declared(column: &Column) -> String {
    format!("{} {}", quoted(column.name), sql_type(column.kind))
}

fn joined<T>(parts: &[T], separator: &str, each: impl Fn(&T) -> String) -> String {
    parts.iter().map(each).collect::<Vec<_>>().join(separator)
}

/// The tables while they are filled.
struct Tables<'a> {
    transaction: Transaction<'a>,
    target: &'a DatabaseTarget,
    about: &'a TableComments,
}

impl Tables<'_> {
    /// One mirror at a time, where PostGIS is; functions are those of PostGIS and of the database, whoever made others.
    fn begin(&mut self) -> Result<(), MirrorError> {
        let found = self.transaction.query_opt(
            "SELECT quote_ident(n.nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace \
             WHERE e.extname = 'postgis'",
            &[],
        )?;
        let postgis: String = found.ok_or(MirrorError::NoPostGis)?.get(0);
        let lock = words(&format!("{OURS} {}", self.target.schema));
        self.transaction.batch_execute(&format!(
            "SET LOCAL search_path = pg_catalog, {postgis}; SET LOCAL lock_timeout = '60s'; \
             SET LOCAL client_min_messages = warning; SET LOCAL standard_conforming_strings = on; \
             SELECT pg_advisory_xact_lock(hashtext({lock}))"
        ))?;
        Ok(())
    }

    /// The schema is there and ours: made now, found empty, or marked before.
    fn own_schema(&mut self) -> Result<(), MirrorError> {
        let name = &self.target.schema;
        let schema = quoted(name);
        let found = self.transaction.query_opt(
            "SELECT obj_description(n.oid, 'pg_namespace'), \
             EXISTS (SELECT FROM pg_depend d WHERE d.refclassid = 'pg_namespace'::regclass AND d.refobjid = n.oid) \
             FROM pg_namespace n WHERE n.nspname = $1",
            &[name],
        )?;
        let mut sql = Vec::new();
        match &found {
            None => sql.push(format!("CREATE SCHEMA {schema}")),
            Some(row) if row.get::<_, Option<String>>(0).is_none() && !row.get::<_, bool>(1) => {}
            Some(row) => self.check_mark(row, name)?,
        }
        let mark = words(&self.about.mark());
        sql.push(format!("COMMENT ON SCHEMA {schema} IS {mark}"));
        if let Some(reader) = &self.target.reader {
            sql.push(format!(
                "GRANT USAGE ON SCHEMA {schema} TO {}",
                quoted(reader)
            ));
        }
        Ok(self.transaction.batch_execute(&sql.join("; "))?)
    }

    /// The first column of a row is the comment of what is ours and this unit's.
    fn check_mark(&self, row: &Row, what: &str) -> Result<(), MirrorError> {
        let what = || what.to_owned();
        let comment: Option<String> = row.get(0);
        let mark = comment.as_deref().and_then(|text| text.strip_prefix(OURS));
        let mut said = mark
            .ok_or_else(|| MirrorError::Foreign { what: what() })?
            .split_whitespace();
        match said.next() {
            Some(unit) if unit == self.about.unit => Ok(()),
            unit => Err(MirrorError::OtherUnit {
                what: what(),
                unit: unit.unwrap_or_default().to_owned(),
            }),
        }
    }

    fn place(&self, layer: &MirrorLayer) -> String {
        format!("{}.{}", quoted(&self.target.schema), quoted(layer.name))
    }

    /// The table is there, is ours, and has these columns.
    fn prepare(&mut self, layer: &MirrorLayer) -> Result<(), MirrorError> {
        let table = self.place(layer);
        let known = self.transaction.query_opt(
            "SELECT obj_description(c.oid, 'pg_class') FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE n.nspname = $1 AND c.relname = $2",
            &[&self.target.schema, &layer.name],
        )?;
        let mut sql = match known {
            None => created(layer, &table),
            Some(row) => {
                self.check_mark(&row, &format!("{}.{}", self.target.schema, layer.name))?;
                self.added(layer, &table)?
            }
        };
        sql.extend(layer.columns.iter().map(|Column { name, title, .. }| {
            let (name, title) = (quoted(name), words(title));
            format!("COMMENT ON COLUMN {table}.{name} IS {title}")
        }));
        let (mark, state) = (self.about.mark(), &self.about.state);
        let comment = words(&format!("{mark} {}; {state}", layer.title));
        sql.push(format!("COMMENT ON TABLE {table} IS {comment}"));
        if let Some(reader) = &self.target.reader {
            sql.push(format!("GRANT SELECT ON {table} TO {}", quoted(reader)));
        }
        Ok(self.transaction.batch_execute(&sql.join("; "))?)
    }

    /// What adds the columns that a table lacks: that keeps readers out for a moment, so it is done only where one is missing.
    fn added(&mut self, layer: &MirrorLayer, table: &str) -> Result<Vec<String>, MirrorError> {
        let columns = self.transaction.query(
            "SELECT attname::text FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped",
            &[&table],
        )?;
        let columns: Vec<String> = columns.iter().map(|row| row.get(0)).collect();
        let is_ours = |name: &str| name == "geom" || layer.columns.iter().any(|c| c.name == name);
        if let Some(name) = columns.iter().find(|name| !is_ours(name)) {
            return Err(MirrorError::Foreign {
                what: format!("{}.{}.{name}", self.target.schema, layer.name),
            });
        }
        let missing = layer.columns.iter();
        let missing = missing.filter(|column| !columns.iter().any(|known| known == column.name));
        Ok(missing
            .map(|column| format!("ALTER TABLE {table} ADD COLUMN {}", declared(column)))
            .collect())
    }

    /// Sends the rows as the map files hold them; those that are no longer there go.
    fn load(&mut self, layer: &MirrorLayer) -> Result<(), MirrorError> {
        let insert = self
            .transaction
            .prepare(&upsert(layer, &self.place(layer)))?;
        for rows in layer.features.chunks(ROWS) {
            let rows: Vec<Value> = rows.iter().map(row).collect();
            let rows = Value::Array(rows).to_string();
            self.transaction.execute(&insert, &[&rows])?;
        }
        let keys = layer.features.iter().map(|feature| {
            let key = layer.key.iter().map(|name| &feature.properties[*name]);
            key.collect::<Vec<_>>()
        });
        let keys = json!(keys.collect::<Vec<_>>()).to_string();
        self.transaction
            .execute(&clearing(layer, &self.place(layer)), &[&keys])?;
        Ok(())
    }
}

/// What makes a table.
fn created(layer: &MirrorLayer, table: &str) -> Vec<String> {
    let columns = joined(&layer.columns, ", ", declared);
    let key = joined(layer.key, ", ", |name| quoted(name));
    vec![
        format!(
            "CREATE TABLE {table} (geom geometry(Geometry, 4326), {columns}, PRIMARY KEY ({key}))"
        ),
        format!("CREATE INDEX ON {table} USING gist (geom)"),
    ]
}

/// A feature without what the database's text cannot hold.
fn row(feature: &Feature) -> Value {
    let mut row = feature.to_json();
    let properties = row["properties"].as_object_mut();
    for value in properties.into_iter().flat_map(|map| map.values_mut()) {
        if let Value::String(text) = value {
            text.retain(|c| c != '\0');
        }
    }
    row
}

/// Takes an array of features as its parameter.
fn upsert(layer: &MirrorLayer, table: &str) -> String {
    let names = joined(&layer.columns, ", ", |column| quoted(column.name));
    let values = joined(&layer.columns, ", ", |column| {
        let (name, kind) = (words(column.name), sql_type(column.kind));
        format!("(f->'properties'->>{name})::{kind}")
    });
    let arriving = joined(&layer.columns, ", ", |c| {
        format!("excluded.{}", quoted(c.name))
    });
    let present = joined(&layer.columns, ", ", |c| {
        format!("there.{}", quoted(c.name))
    });
    format!(
        "INSERT INTO {table} AS there (geom, {names}) SELECT CASE WHEN json_typeof(f->'geometry') = 'object' \
         THEN ST_SetSRID(ST_GeomFromGeoJSON(f->>'geometry'), 4326) END, {values} \
         FROM json_array_elements($1::text::json) AS f \
         ON CONFLICT ({key}) DO UPDATE SET (geom, {names}) = ROW (excluded.geom, {arriving}) \
         WHERE (there.geom, {present}) IS DISTINCT FROM (excluded.geom, {arriving})",
        key = joined(layer.key, ", ", |name| quoted(name)),
    )
}

/// Takes an array of the keys that stay as its parameter.
fn clearing(layer: &MirrorLayer, table: &str) -> String {
    let numbered: Vec<(usize, &str)> = layer.key.iter().copied().enumerate().collect();
    let same = joined(&numbered, " AND ", |(n, name)| {
        format!("there.{}::text = k->>{n}", quoted(name))
    });
    format!(
        "DELETE FROM {table} AS there WHERE NOT EXISTS \
         (SELECT FROM json_array_elements($1::text::json) AS k WHERE {same})"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_words_are_quoted() {
        assert_eq!(quoted("a\"b"), "\"a\"\"b\"");
        assert_eq!(words("it's"), "'it''s'");
    }
}
