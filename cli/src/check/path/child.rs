//! Paths to what a node type has of its own: its files, its services, its config maps.

use super::{Choice, Leads, Reading, Walk};
use crate::check::scope::Reach;
use crate::check::typer::Typer;
use crate::expr::{Path as Written, Step as WrittenStep};
use crate::model::{DnsLabel, Root, Type};

impl Typer<'_, '_> {
    pub(super) fn file_root(&self, read: Reading<'_>) -> Option<Leads> {
        self.reach(read.scope, read.path, Reach::ConfigGroup)?;
        let files = read
            .scope
            .node_type
            .map_or(&[][..], |known| known.files.as_slice());
        let Some((name, file, maybe)) = read
            .first
            .and_then(|first| files.iter().find(|(name, ..)| *name == first.value))
        else {
            // A file that has a problem of its own is not missing.
            let written = read
                .scope
                .node_type
                .map_or(&[][..], |known| known.written.files.as_slice());
            if !read
                .first
                .is_some_and(|first| written.iter().any(|file| file.name.value == first.value))
            {
                let names = written.iter().map(|file| file.name.value.as_str());
                self.missing(read.path, read.first, &Choice::of("this node type", names));
            }
            return None;
        };
        self.second(read.path, read.rest, &["path"], "a file")?;
        let file_key = DnsLabel::new(name.as_str()).ok()?;
        let mut walk = Walk::new(
            Root::FilePath {
                file: file_key,
                path: file.clone(),
            },
            Type::String,
        );
        walk.optional = *maybe;
        Some(Leads::To(Box::new(walk)))
    }

    pub(super) fn service_root(&self, read: Reading<'_>) -> Option<Leads> {
        self.reach(read.scope, read.path, Reach::Node)?;
        let services = read
            .scope
            .node_type
            .map_or(&[][..], |known| known.services.as_slice());
        let Some(service) = read
            .first
            .and_then(|first| services.iter().find(|name| **name == first.value))
        else {
            self.missing(
                read.path,
                read.first,
                &Choice::of("this node type", services.iter().map(String::as_str)),
            );
            return None;
        };
        let service = DnsLabel::new(service.as_str()).ok()?;
        let root = match self.second(read.path, read.rest, &["name", "host"], "a service")? {
            "name" => Root::ServiceName(service),
            _ => Root::ServiceHost(service),
        };
        Some(Leads::To(Box::new(Walk::new(root, Type::String))))
    }

    pub(super) fn config_map_root(&self, read: Reading<'_>) -> Option<Leads> {
        self.reach(read.scope, read.path, Reach::Node)?;
        let own = read
            .scope
            .node_type
            .map_or(&[][..], |known| known.written.config_maps.as_slice());
        let own = own
            .iter()
            .map(|map| (map.key.value.as_str(), map.condition.is_some()));
        let shared = self
            .facts
            .shared_config_maps
            .iter()
            .map(|(name, maybe)| (name.as_str(), *maybe));
        let all: Vec<(&str, bool)> = own.chain(shared).collect();
        let Some((name, maybe)) = read
            .first
            .and_then(|first| all.iter().find(|(name, _)| *name == first.value))
        else {
            self.missing(
                read.path,
                read.first,
                &Choice::of("this node type", all.iter().map(|(name, _)| *name)),
            );
            return None;
        };
        self.second(read.path, read.rest, &["name"], "a config map")?;
        let mut walk = Walk::new(
            Root::ConfigMapName(DnsLabel::new(*name).ok()?),
            Type::String,
        );
        walk.optional = *maybe;
        Some(Leads::To(Box::new(walk)))
    }

    pub(super) fn second(
        &self,
        path: &Written,
        rest: &[WrittenStep],
        names: &'static [&'static str],
        owner: &str,
    ) -> Option<&'static str> {
        let name = match rest.first() {
            Some(WrittenStep::Name(name)) => Some(name),
            _ => None,
        };
        self.one_of(path, name, names, owner)
    }
}
