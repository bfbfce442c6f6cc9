//! A path on its way: the root, the steps taken, and the type that they have led to.

use crate::check::ident;
use crate::check::scope::Scope;
use crate::expr::{Path as Written, Step as WrittenStep};
use crate::model::{Access, Expr, ExprKind, Field, Path, Root, Step, Type, WireName};

/// A path on its way.
pub(in crate::check) struct Walk {
    pub(in crate::check) root: Root,
    pub(in crate::check) steps: Vec<Step>,
    pub(in crate::check) ty: Type,
    pub(in crate::check) optional: bool,
    /// Its name in the custom resource (D8).
    pub(in crate::check) cr_path: Option<String>,
    /// The node type of its pods or nodes.
    pub(in crate::check) of: Option<String>,
    /// Within the JSON of a text.
    pub(in crate::check) in_json: bool,
}

impl Walk {
    pub(super) fn new(root: Root, ty: Type) -> Self {
        Self {
            root,
            steps: Vec::new(),
            ty,
            optional: false,
            cr_path: None,
            of: None,
            in_json: false,
        }
    }

    pub(super) fn at(mut self, cr_path: impl Into<String>) -> Self {
        self.cr_path = Some(cr_path.into());
        self
    }

    pub(super) fn of(mut self, node_type: &str) -> Self {
        self.of = Some(node_type.to_owned());
        self
    }

    pub(super) fn push(&mut self, access: Access, ty: Type, optional: bool) {
        self.steps.push(Step {
            access,
            ty: ty.clone(),
            optional,
        });
        self.optional |= optional;
        self.ty = ty;
    }

    pub(super) fn below(&mut self, name: &str) {
        if let Some(path) = &mut self.cr_path {
            path.push('.');
            path.push_str(name);
        }
    }

    pub(super) fn field(&mut self, field: &Field) {
        let wire = field.wire.clone();
        let access = if self.in_json {
            Access::Json { wire }
        } else {
            let ident = field.ident.clone();
            Access::Field { wire, ident }
        };
        self.push(access, field.ty.clone(), field.optional);
        self.below(field.wire.as_str());
    }

    /// What a dependency holds lies under `spec`, which the manifest leaves out.
    pub(super) fn spec(&mut self, ty: Type) {
        let wire = WireName::new("spec").expect("a field's name");
        let ident = ident::field("spec").expect("a field's name");
        self.push(Access::Field { wire, ident }, ty, false);
        self.below("spec");
    }

    pub(in crate::check) fn expr(self) -> Expr {
        Expr {
            kind: ExprKind::Path(Path {
                root: self.root,
                steps: self.steps,
            }),
            ty: self.ty,
            optional: self.optional,
        }
    }
}

/// A path that starts at a variable, or at what a condition found present; and the steps that are left.
pub(super) fn known<'p>(scope: &Scope<'_>, path: &'p Written) -> Option<(Walk, &'p [WrittenStep])> {
    for narrowed in scope.narrowed.iter().rev() {
        let Some((head, rest)) = path.steps.split_at_checked(narrowed.steps) else {
            continue;
        };
        let head = Written {
            root: path.root.clone(),
            steps: head.to_vec(),
            span: path.span,
        };
        if head.to_string() == narrowed.written {
            narrowed.used.set(true);
            let mut walk = Walk::new(Root::Local(narrowed.local.clone()), narrowed.ty.clone());
            walk.cr_path.clone_from(&narrowed.cr_path);
            return Some((walk, rest));
        }
    }
    let variable = scope
        .locals
        .iter()
        .rev()
        .find(|local| local.name == path.root.value)?;
    let mut walk = Walk::new(Root::Local(variable.local.clone()), variable.ty.clone());
    walk.cr_path.clone_from(&variable.cr_path);
    walk.of.clone_from(&variable.of);
    Some((walk, &path.steps))
}
