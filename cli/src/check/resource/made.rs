//! Parts of a resource that need not be there.

/// What could be made of a key that need not be there.
pub(super) enum Made<T> {
    Not,
    Wrong,
    This(T),
}

impl<T> Made<T> {
    /// Of what was written, where it was.
    pub(super) fn of<W>(written: Option<W>, make: impl FnOnce(W) -> Option<T>) -> Self {
        match written.map(make) {
            None => Self::Not,
            Some(None) => Self::Wrong,
            Some(Some(made)) => Self::This(made),
        }
    }

    pub(super) fn is_there(&self) -> bool {
        !matches!(self, Self::Not)
    }

    /// `Err` where it was written and is wrong, which was reported.
    pub(super) fn sound(self) -> Result<Option<T>, ()> {
        match self {
            Self::Not => Ok(None),
            Self::Wrong => Err(()),
            Self::This(made) => Ok(Some(made)),
        }
    }
}
