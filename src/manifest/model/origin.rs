//! Where in the files a resource is declared.

use super::Manifest;
use crate::resource::{Address, Kind, Origin};

impl Manifest {
    /// Finds the place that declares what an address names. An association or grant is declared by its function, a
    /// role by the function that has it; what is orphaned is declared nowhere.
    pub fn origin(&self, address: &Address) -> Option<&Origin> {
        let function = || self.functions.get(&address.name).map(|function| &function.origin);
        match address.kind {
            Kind::Instance => self.instances.get(&address.name).map(|instance| &instance.origin),
            Kind::Role | Kind::Function | Kind::Association | Kind::Grant => function(),
            Kind::Module | Kind::Flow => {
                let flow = self.content(address.kind, &address.name)?;
                let binding = address.block.as_ref().and_then(|block| flow.bindings.get(block));
                Some(binding.map_or(&flow.origin, |binding| &binding.origin))
            }
        }
    }
}
