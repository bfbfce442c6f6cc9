//! The services of a node.

use super::Writer;
use crate::model::{MainService, MoreService};
use crate::render::rust::Expr as Rust;

impl Writer<'_> {
    /// The service that gives the pods of a StatefulSet their names.
    pub(super) fn governing_variable(&self) -> Option<&'static str> {
        let services = &self.node_type.services;
        if services.main.as_ref().is_some_and(|main| main.governing) {
            Some("main")
        } else if services
            .headless
            .as_ref()
            .is_some_and(|headless| headless.governing)
        {
            Some("headless")
        } else {
            None
        }
    }

    pub(super) fn main_service(&mut self) -> Rust {
        match &self.node_type.services.main {
            Some(main) => self.service(Rust::atom("node").method("service", []), main),
            None => Rust::atom("None"),
        }
    }

    pub(super) fn more_service(&mut self, more: &MoreService) -> Rust {
        let node = Rust::atom("node");
        let key = Rust::str(more.key.as_str());
        let start = match (more.from_group, &more.service.object_name) {
            (false, _) => node.method("named_service", [key]),
            (true, Some(_)) => node.method("service", []),
            (true, None) => {
                let function = format!("{}::named_service_name", self.cluster.kind);
                let name = Rust::call(function, [node.clone(), key]);
                node.method("service", []).method("named", [name])
            }
        };
        self.service(start, &more.service)
    }

    /// The service that `start` makes, with what the manifest says about it.
    fn service(&mut self, start: Rust, written: &MainService) -> Rust {
        let mut service = start;
        if !written.spec.is_empty() {
            let spec = self.literals.structure("ServiceSpec", &written.spec);
            service = service.method("spec", [spec]);
        }
        if let Some(name) = &written.object_name {
            service = service.method("named", [self.ctx.text_arg(&name.0)]);
        }
        for (key, value) in &written.annotations {
            service = service.method("annotation", [Rust::str(key), self.ctx.text_arg(value)]);
        }
        if written.governing {
            service = service.method("governing", []);
        }
        match &written.when {
            None => service,
            Some(cond) => self.ctx.when(cond, service),
        }
    }
}
