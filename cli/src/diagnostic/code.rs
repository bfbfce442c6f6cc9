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
    E0013, "the file is no manifest, and an import makes one of it",
        "The file is a compose file, a stream of Kubernetes objects as `helm template` prints it, or the definition of a custom resource. `dsoi import` reads those, runs nothing, and writes a first manifest with a list of what it could not carry over. A manifest starts with `apiVersion: dsoi.dev/v1alpha1`.";
    E0101, "a key is written twice",
        "Two entries of one mapping have the same key. YAML readers differ in which of them they keep, so neither is taken.";
    E0102, "a key is not known",
        "Every key of a manifest is known, so that a typing mistake cannot pass for a setting that does nothing. `dsoi explain PATH` lists the keys of a section, `dsoi explain directives` the keys that start with `$`.";
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
    E0201, "a cluster has no node type",
        "Node types say which programs a cluster is made of and how each starts; without one there is nothing to run. Describe at least one under `cluster.nodeTypes`.";
    E0202, "`like` names no node type",
        "`like: TYPE` copies another node type of the same manifest; what is written beside it wins over the copy.";
    E0203, "an order names a node type that does not exist",
        "`order.default` lists node types by their keys in `cluster.nodeTypes`. It seeds the order in which an upgrade rolls through them.";
    E0204, "node types are like each other in a circle",
        "`like` copies another node type, which may itself be like a third one. A circle has no first one to copy.";
    E0205, "an order lists a node type twice",
        "A node type has one place in the order of an upgrade.";
    E0206, "an order is incomplete",
        "With `order.missing: refuse` a custom resource whose order leaves out a node type is refused, so the default has to name all of them. With `append` the others follow in the order in which they are written.";
    E0207, "a k8s config group has no such field",
        "The k8s config group exposes fields of Kubernetes from a fixed list; `spelling` can give them other names in JSON. The message lists what there is.";
    E0208, "a needed field is not exposed",
        "A custom resource can only bring what `cluster.k8sConfigGroup.fields` lists. `image` is needed unless `cluster.image` gives a default; required volumes need `storageConfig`.";
    E0209, "`envFrom` names no config map",
        "`{configMap: C}` takes the variables from a config map that the manifest declares, under `configMaps` of the node type or of the cluster.";
    E0210, "a field sets nothing",
        "The custom resource would have a field that no expression of the manifest uses, so whoever sets it sees no effect. This is a warning: an API may have to keep a field for those who set it already.";
    E0211, "a list has no such key",
        "The items of a keyed list are told apart by one of their fields. It has to be one of them, always present, and a string, number, enum or node type.";
    E0212, "no port has this name",
        "Probes and services may name a port of the main container; the name has to be one that `ports` of the node type declares, or the k8s config group requires `ports` of every custom resource.";
    E0213, "a cluster has too many node types",
        "A node type is a kind of program, and the largest applications have some twenty. The limit keeps a hostile manifest from taking time and memory.";
    E0214, "scaling a node type restarts pods",
        "A file or config map lists the pods of a node type, or counts them, so another number of replicas changes it, and a changed file restarts the pods that read it. This is a warning: most programs need the restart to see the new list; one that reads its file again by itself takes `onChange: keep` together with `mount: dir`, since Kubernetes never refreshes a file that is mounted alone.";
    E0215, "two node types go by one name",
        "A custom resource names a node type by its name or one of its `aliases`, and its children know it by its `typeName`. Each of these names stands for one node type, so that a node has one meaning and two types never share labels.";
    E0216, "a resource refers to something that is not there",
        "A kind outside of Kubernetes names one of `servers`, and its parent is a custom resource of the cluster's kind. A server that belongs to such a custom resource can only be used by a kind that has a `parent`.";
    E0301, "a path leads nowhere",
        "A path starts at one of `kind`, `cr`, `spec`, `external`, `node`, `k8s`, `config`, `type`, `nodes`, `pods`, `pod`, `storage`, `files`, `services`, `configMaps` or a variable of `$for`, and each step names something that is declared there. Every path is resolved when the operator is generated, so a typing mistake cannot become an empty text later.";
    E0302, "a value of another type is needed",
        "A place takes values of certain types: an argument is a text, a condition a bool. Exactly one `${…}` keeps the type of its value; a text around it makes a text.";
    E0304, "a value that may be absent stands in a text",
        "An optional field, a keyed entry or a dependency may be absent. Alone in its entry, item or line it takes that with it; inside of a longer text something has to stand there. Give a default with `??`, or keep the entry only while the value is there with `$if`.";
    E0305, "a list stands in a text",
        "A list has no one text. Where a list is expected it splices; elsewhere `$join` makes a text of it: `{$join: \",\", $for: x in config.list, $value: \"${x}\"}`.";
    E0306, "a value is out of reach",
        "A child sees what its scope sees. What all nodes of a config group share knows no single node, what the whole cluster shares knows no config group. A file or config map is made for each node with `per: node`.";
    E0307, "a value is known too late",
        "What `pod` has is known to the running pod alone. In `command`, `args` and `env` it becomes a variable that Kubernetes fills in; a file is written before there is a pod.";
    E0308, "a mapping stands in a text",
        "A mapping, a tree or a value of Kubernetes has no one text. Name one of its fields, or write it as JSON with `$json`.";
    E0309, "a bool may be absent",
        "A condition is true or false. An optional bool may be neither; `?? false` says what its absence means.";
    E0310, "an expression cannot be read",
        "Inside `${…}` stands a path such as `config.logLevel`, `external.stores[type.name].data` or `spec[\"schema.json\"]`, a text in double quotes, a number, true or false; `??` between several takes the first that is present. There are no functions and there is no arithmetic.";
    E0311, "a condition or loop cannot be read",
        "`$if` takes paths and values with `==`, `!=`, `in`, `!`, `&&`, `||` and parentheses. `$for` takes `NAME in PATH`.";
    E0312, "a default is never used",
        "`??` takes the first value that is present. A value that is always there ends the search, so what follows it does nothing.";
    E0313, "a default or limit does not fit the type",
        "The default of a field is a value of its type; `pattern` limits strings, `min` and `max` numbers and lengths, `growOnly` ints, `anyCase` enums.";
    E0314, "an optional field has a default",
        "The API server fills in a default, so the field would never be absent: `optional` and a default exclude each other.";
    E0315, "a type does not exist",
        "`k8s.NAME` is a type of Kubernetes' core, apps or networking API by its short name, as `k8s.Toleration`. A list needs the type of its items.";
    E0317, "two values can never be alike",
        "`==`, `!=`, `in` and `??` take values of one type on both sides; a number is not a text.";
    E0318, "a variable hides another name",
        "The variable of a `$for` may not be called like a root of expressions or like a variable around it.";
    E0319, "many values stand where one is meant",
        "`$for` makes many values, so it stands in a list; `$join` makes one text of them.";
    E0322, "a loop or `in` has no list",
        "`$for: x in PATH` runs over a list, such as `pods.TYPE`, `nodes.TYPE` or a field of type `list<T>`; `in` looks into a list or the keys of a map.";
    E0323, "a condition is always true",
        "`$if: PATH` asks whether a value is present. A required value always is, so the condition says something other than what was meant.";
    E0401, "a secret would be stored in a config map",
        "Whoever may read config maps could read it. A secret of the custom resource goes into a variable, where Kubernetes puts it without the operator ever seeing it; the file names the variable.";
    E0402, "a value from the custom resource would become shell code",
        "A shell reads its script again after the value was put in, so a node called `a; rm -rf /` would run a command. Arguments in a list and variables are never read as code.";
    E0403, "a secret stands elsewhere than in a variable",
        "The operator does not read secrets. A `secretKey` can only be the whole value of an entry of `env`, where Kubernetes fills it in.";
    E0501, "a Deployment has no claim templates",
        "Only a StatefulSet makes a claim for each of its pods. A Deployment can have one claim that all its pods share (`claim`), or none (`refuse`).";
    E0502, "two volumes are one",
        "Each volume that a node type demands has its own name and its own path, and no file of the manifest is mounted at or right below that path: the one would hide the other, or be written into the user's data.";
    E0503, "two ports clash",
        "In one container a port's name is unique, and so is a number within its protocol.";
    E0505, "two files have one path",
        "Each file of a node type is mounted at its own path.";
    E0506, "a directory is mounted in two ways",
        "A directory mount hides the single files mounted into the same directory, and the pod does not start. All files of a directory are mounted as the directory, or each by itself.";
    E0507, "a mount would hide a system directory",
        "A directory mount replaces everything that the image has there. A file in `/etc` is mounted by itself, or gets a directory of its own.";
    E0508, "the content does not fit the format",
        "YAML, JSON and properties files are written as mappings, and a value cannot break out of its place; a text is written as it stands. The format follows the extension of the path unless `format` says otherwise.";
    E0509, "a Kubernetes field does not exist",
        "Probes, security contexts, pods, workloads and services are checked against the schemas of Kubernetes when the operator is generated, so a typing mistake does not wait for a server to find it.";
    E0510, "a needed field is missing",
        "Kubernetes refuses the object without this field.";
    E0511, "a value has another shape in Kubernetes",
        "The value is checked against the schema of the Kubernetes type that its place has.";
    E0512, "pods have no stable names",
        "Only the pods of a StatefulSet have names that are known before they run. A node type that others address pod by pod allows no other kind: `kinds: [StatefulSet]`.";
    E0513, "pods have no host names",
        "The DNS gives a pod a name through the service that governs its StatefulSet: the headless one, or the main one with `governing: true`.";
    E0514, "two files have one key",
        "The key of a file in its config map is the last segment of its path. Two files of one name in different directories need config maps of different names.";
    E0515, "a file or config map is incomplete",
        "A file has a path and content, a config map has data; each may come from `everyNodeType`.";
    E0516, "a variable is not declared",
        "`$(NAME)` in `command`, `args` and `env` is filled in by Kubernetes from the container's variables; an unknown one stays as it is. `$$(NAME)` writes it on purpose. Where the custom resource may bring variables too, only a name that looks misspelt is reported, as a warning.";
    E0517, "the operator sets this field",
        "Some fields of pods, workloads and services are the operator's: selectors, replicas, templates. The help says what to write instead.";
    E0518, "a limit cannot be met",
        "`min`, `max` and `allowed` leave no number, or exclude each other; or a container asks for more of something in `requests` than it may have by `limits`.";
    E0519, "no kind of workload is allowed",
        "`kinds` lists what nodes of a type may be: `StatefulSet`, `Deployment`, or both.";
    E0520, "the environment of the custom resource stands twice",
        "`${k8s.env}` says where the variables of the k8s config group stand among those of the manifest: at one place.";
    E0521, "the oldest supported server does not have this",
        "`operator.kubernetes` is the oldest server that the operator supports; a feature that came later cannot be used before it is raised.";
    E0522, "two containers have one name",
        "The containers of a pod, init containers among them, are told apart by their names. The main container is `app` unless `cluster.names.container` says otherwise.";
    E0523, "a request cannot be sent as it is written",
        "A request is a verb and a path, `GET /things/${id}`. `get` looks and changes nothing; the others change something. What stands in a path is sent as it is written, so it holds only characters that a path may have; values of a custom resource are percent-encoded, so that none of them can leave its place.";
    E0524, "what a request sends is not known",
        "What is sent is the text of the one field of `spec` whose type is `json`. Where there is none, or several, or it may be absent, `body` says what is sent: a tree with values, as a file has it.";
    E0525, "a custom resource would decide where requests go",
        "A URL out of a custom resource lets whoever may write one reach every host that the operator reaches, with the operator's secrets. `allowHosts` lists the hosts that it may name, `*.` in front for all below a domain.";
    E0601, "a name is not legal",
        "Names of Kubernetes objects, ports, variables and labels have alphabets and lengths of their own; the message says which.";
    E0602, "two children can get one name",
        "The names of nodes and groups may contain `-`, so two of them joined by a dash can be read in two ways: `a` + `b-c` and `a-b` + `c`. The name of a child must tell nodes apart whatever they are called, or `collisions: refuse` makes the operator refuse a custom resource with two alike.";
    E0603, "a name is too long",
        "The fixed part of a name leaves no room for what is inserted. A StatefulSet's name may have 52 characters, since Kubernetes appends to it; a service's and a label's 63; a config map's 253.";
    E0604, "two names are one in Rust",
        "Names of fields become snake_case in the generated code, names of types and variants UpperCamelCase, so `logLevel` and `log_level` are one. Keywords are no problem: `type` becomes `r#type`.";
    E0605, "a name is taken",
        "The specification has fields of its own in specs, nodes, groups and status, and the runtime labels of its own; a manifest cannot have others of these names.";
    E0606, "a name makes no identifier",
        "A name has at least one ASCII letter or digit, of which an identifier in Rust can be made.";
    E0901, "this key is not supported yet",
        "The language has the key, this version of dsoi does not do anything with it yet. It is refused, so that nobody relies on a setting without effect.";
}
