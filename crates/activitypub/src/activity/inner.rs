//! The activity that an `Undo`, `Accept` or `Reject` is about: a sketch, or only its id.

use serde_json::Value;

use crate::{FieldError, Iri, read};

/// How deep `Undo{Undo{…}}` and the like are followed.
const MAX_LEVELS: usize = 4;

/// An activity inside another.
#[derive(Debug, Clone, PartialEq)]
pub enum Inner {
    /// Only its id.
    Id(Iri),
    /// Embedded, in whole or in part.
    Embedded(Box<InnerActivity>),
}

/// What an embedded activity says of itself; all of it may be missing but the type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InnerActivity {
    /// Its id.
    pub id: Option<Iri>,
    /// Its type; of something that is no activity too (`Note`, Mobilizon's `Member`).
    pub kind: String,
    /// Who did it.
    pub actor: Option<Iri>,
    /// The id of its object.
    pub object: Option<Iri>,
    /// Its target.
    pub target: Option<Iri>,
    /// Its object, where that is embedded: `Undo{Undo{Like}}`, `Reject{Add{Note}}`.
    pub inner: Option<Box<InnerActivity>>,
}

impl Inner {
    /// Reads `object.object`.
    pub(super) fn read(object: &Value) -> Result<Self, FieldError> {
        let wanted = || FieldError::new("object", "an activity or its id");
        let inner = read::first(object, "object").ok_or_else(wanted)?;
        if let Some(embedded) = InnerActivity::read(inner, MAX_LEVELS) {
            return Ok(Self::Embedded(Box::new(embedded)));
        }
        read::first_id(object, "object").map(Self::Id).ok_or_else(wanted)
    }

    /// The id, where it has one.
    pub fn id(&self) -> Option<&Iri> {
        match self {
            Self::Id(id) => Some(id),
            Self::Embedded(inner) => inner.id.as_ref(),
        }
    }

    /// The embedded activity.
    pub fn embedded(&self) -> Option<&InnerActivity> {
        match self {
            Self::Id(_) => None,
            Self::Embedded(inner) => Some(inner),
        }
    }
}

impl InnerActivity {
    /// None for what has no type: that is an id in another spelling.
    fn read(value: &Value, levels: usize) -> Option<Self> {
        let kind = read::kinds(value).next()?.to_owned();
        let inner = levels.checked_sub(1).and_then(|levels| Self::read(value.get("object")?, levels));
        Some(Self {
            id: read::own_id(value),
            kind,
            actor: read::one_id(value, "actor"),
            object: read::first_id(value, "object"),
            target: read::first_id(value, "target"),
            inner: inner.map(Box::new),
        })
    }
}
