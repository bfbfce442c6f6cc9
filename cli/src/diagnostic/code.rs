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
    E0001, "the text is not YAML",
        "The file cannot be read as YAML 1.2. The place shown is where the reader gave up; the cause is often a line above it: an unclosed bracket or quote, a tab, or a wrong indentation.";
    E0002, "the manifest is too large",
        "A manifest may have up to 1 MiB. The largest known ones have some hundred lines, so another file was probably meant.";
    E0003, "the manifest is not UTF-8 text",
        "A manifest is YAML in UTF-8. Save the file in that encoding; a byte order mark at its start is allowed.";
    E0004, "the manifest is empty",
        "The file has no YAML value in it. `dsoi init DIR --example quickstart` writes a project with a manifest of thirty lines to start from.";
    E0005, "the manifest is more than one document",
        "A manifest is exactly one YAML document; a line `---` in the middle of the file starts another one.";
    E0006, "anchors, aliases and merge keys are not read",
        "YAML's `&name`, `*name` and `<<` would let a value stand elsewhere than where it is written, so that a mistake could not be shown in its place. Use `everyNodeType` for what all node types share and `like: TYPE` to copy one.";
    E0007, "YAML tags are not read",
        "Each key of a manifest has one type, so a tag such as `!!str` says nothing new or something wrong. Quotes make a string of a number.";
    E0008, "the manifest nests too deep or has too many values",
        "A manifest may nest 64 levels and hold 50000 values. The limits keep a hostile file from taking time and memory.";
    E0009, "a key is a list or a mapping",
        "YAML allows any value as a key, a manifest only texts. This is most often a missing pair of quotes around a text with braces.";
    E0012, "a Helm expression in a manifest",
        "A manifest has one form of expression, `${…}`, and `{{ … }}` would be passed on as plain characters. Declare the value as a field of the custom resource under `cluster.appConfigGroup.fields` or `cluster.spec`, and insert it with `${config.NAME}` or `${spec.NAME}`.";
    E0101, "a key is written twice",
        "Two entries of one mapping have the same key. YAML readers differ in which of them they keep, so neither is taken.";
    E0102, "a key is not known",
        "Every key of a manifest is known, so that a typing mistake cannot pass for a setting that does nothing. `dsoi explain PATH` lists the keys of a section.";
    E0103, "a value has the wrong type",
        "Another kind of YAML value was expected: a text, a number, true or false, a list, or a mapping. Quotes decide between a text and the rest: `\"8080\"` is a text.";
    E0104, "a key is missing",
        "This key has no default that would be right for most operators, so it has to be written.";
    E0105, "the manifest is of another version of the language",
        "`apiVersion` names the version of the manifest's language, not of your API. This dsoi reads `dsoi.dev/v1alpha1`.";
    E0106, "a value is none of the allowed words",
        "The key takes one of a few words, which the message lists. They are compared exactly, upper and lower case too.";
    E0107, "a value cannot be read",
        "The value has the right type but not the right form: a duration is a number and a unit (`10m`, `90s`, `1h30m`), file modes are octal (`0444`), numbers must fit 64 bits.";
    E0108, "keys exclude or need each other",
        "Some keys of a mapping only work with, or without, certain others. Directives first of all: `$value` and `$json` replace the mapping and leave no place for other entries, `$join` needs something to join.";
    E0109, "an expression where none can be",
        "`${…}` is computed by the running operator from a custom resource. This value is needed earlier, when the operator is generated or installed, so it has to be written out. `$${` writes the two characters as they are.";
    E0110, "the type of a field cannot be read",
        "A type is `string`, `int`, `bool`, `port`, `quantity`, `duration`, `tree`, `json`, `secretKey`, `secretRef`, `nodeType`, `k8s.NAME`, `list<T>`, `map<T>`, or words with `|` between them; `optional` may stand before it and `= default` behind it.";
    E0310, "an expression cannot be read",
        "Inside `${…}` stands a path such as `config.logLevel`, `external.stores[type.name].data` or `spec[\"schema.json\"]`, a text in double quotes, a number, true or false; `??` between several takes the first that is present. There are no functions and there is no arithmetic.";
    E0311, "a condition or loop cannot be read",
        "`$if` takes paths and values with `==`, `!=`, `in`, `!`, `&&`, `||` and parentheses. `$for` takes `NAME in PATH`.";
    E0901, "this key is not supported yet",
        "The language has the key, this version of dsoi does not do anything with it yet. It is refused, so that nobody relies on a setting without effect.";
}
