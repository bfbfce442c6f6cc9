//! THE table of problem codes: id, title, explanation.
//!
//! Ranges: `E00xx` text and YAML · `E01xx` keys and shapes · `E02xx` names that refer to something · `E03xx` expressions ·
//! `E04xx` safety · `E05xx` Kubernetes objects and files · `E06xx` names of children · `E09xx` not yet.

macro_rules! codes {
    ($($id:ident, $title:literal, $explanation:literal;)+) => {
        /// A kind of mistake. Its id never changes its meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $title] $id,)+
        }

        impl Code {
            /// Every code, in order.
            pub const ALL: &'static [Self] = &[$(Self::$id),+];

            /// The id, as `E0102`.
            pub fn id(self) -> &'static str {
                match self {
                    $(Self::$id => stringify!($id),)+
                }
            }

            /// What it is, in a few words.
            pub fn title(self) -> &'static str {
                match self {
                    $(Self::$id => $title,)+
                }
            }

            /// What it means, why it is one, and how to mend it.
            pub fn explanation(self) -> &'static str {
                match self {
                    $(Self::$id => $explanation,)+
                }
            }
        }
    };
}

codes! {
    E0002, "the manifest is too large",
        "A manifest may have up to 1 MiB. The largest known ones have some hundred lines, so another file was probably meant.";
    E0003, "the manifest is not UTF-8 text",
        "A manifest is YAML in UTF-8. Save the file in that encoding; a byte order mark at its start is allowed.";
}
