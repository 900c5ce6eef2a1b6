//! Questions, answered from memory.

use std::collections::BTreeSet;
use std::ops::Range;

use domain::order::Summary;
use domain::record::Fields;
use domain::shop::Shop;
use domain::{OrderNumber, StreamKind};
use protocol::{BlobId, Digest};
use uuid::Uuid;

use super::fold::wanted;
use super::{MissingEntries, Page, Quarantined, Replica};
use crate::device::Device;
use crate::entry::Place;
use crate::index::{Ask, Counts, Facet, Filter, Pasted, Sums};

impl Replica {
    /// The journal's last entry that this replica knows.
    pub fn last_no(&self) -> u32 {
        self.last_no
    }
    /// Who this device is.
    pub fn device(&self) -> &Device {
        &self.device
    }
    /// The shop.
    pub fn shop(&self) -> &Shop {
        &self.shop
    }
    /// The sequence up to which the log is known.
    pub fn cursor(&self) -> u64 {
        self.log.cursor
    }
    /// The digest at the cursor.
    pub fn digest(&self) -> Digest {
        self.log.digest
    }
    /// The epoch of the log; `None` before the first contact.
    pub fn epoch(&self) -> Option<Uuid> {
        (!self.log.epoch.is_nil()).then_some(self.log.epoch)
    }
    /// Whether the log started over and is not complete yet: own events wait until it is, and come whole in pulls.
    pub fn is_settling(&self) -> bool {
        self.settling
    }
    /// Whether all that the server was last heard to have is here.
    pub fn is_caught_up(&self) -> bool {
        !self.settling && self.log.cursor >= self.head
    }
    /// The server's head, as last heard.
    pub fn heard_head(&mut self, head: u64) {
        self.head = self.head.max(head);
    }
    /// How many own events the server does not have.
    pub fn pending(&self) -> usize {
        self.outbox.len()
    }
    /// When the oldest of them was made, by this device's clock then.
    pub fn oldest_pending_ms(&self) -> Option<i64> {
        let (_, pending) = self.outbox.iter().next()?;
        let (seconds, nanos) = pending.id.unwrap_or(pending.stream).get_timestamp()?.to_unix();
        i64::try_from(seconds).ok().map(|seconds| seconds.saturating_mul(1_000) + i64::from(nanos / 1_000_000))
    }
    /// Whether the server does not have all own events of an order.
    pub fn is_unsent(&self, id: Uuid) -> bool {
        self.outbox.len() > 0
            && self.refs(id).iter().any(|at| matches!(at.place, Place::Own(c) if self.outbox.get(c).is_some()))
    }
    /// Own events that the server put aside.
    pub fn quarantined(&self) -> Vec<Quarantined> {
        self.quarantined
            .iter()
            .map(|(counter, (pending, problem))| Quarantined {
                counter: *counter,
                stream: pending.stream,
                problem: problem.clone(),
            })
            .collect()
    }
    /// The texts of own events that no log has: what waits to be sent, and what the server put aside.
    ///
    /// # Errors
    /// Where entries have to be read first.
    pub fn unsent(&self) -> Result<Vec<String>, MissingEntries> {
        let all = || self.outbox.iter().map(|(_, pending)| pending).chain(self.quarantined.values().map(|it| &it.0));
        let mut wanting = BTreeSet::new();
        wanting.extend(all().map(|pending| pending.no).filter(|no| !self.cache.has(*no)));
        wanted(wanting)?;
        Ok(all().filter_map(|pending| Some(self.cache.event(pending.no, pending.index)?.text.to_owned())).collect())
    }
    fn asking<'a>(&self, filter: &'a Filter, now_ms: i64) -> Ask<'a> {
        let unsent = || {
            let mut unsent: Vec<Uuid> = self.outbox.iter().map(|(_, pending)| pending.stream).collect();
            unsent.sort_unstable();
            unsent
        };
        Ask::new(filter, now_ms, unsent, || self.oversold())
    }
    /// A page of a list, in its order. The rows of the last filter are kept at hand: paging through them is cheap.
    pub fn page(&self, filter: &Filter, offset: usize, limit: usize, now_ms: i64) -> Page {
        let (mut rows, matching) = self.index.page(&self.asking(filter, now_ms), offset, limit);
        rows.iter_mut().for_each(|row| self.dress(row, now_ms));
        Page { rows, matching }
    }
    /// What a list shows of one order.
    pub fn summary(&self, id: Uuid, now_ms: i64) -> Option<Summary> {
        let mut summary = self.index.summary(id)?;
        self.dress(&mut summary, now_ms);
        Some(summary)
    }
    /// Adds the badges that depend on time and device.
    fn dress(&self, summary: &mut Summary, now_ms: i64) {
        use domain::order::Badge;
        summary.badges.set(Badge::Overdue, summary.due_ms.is_some_and(|due| due < now_ms));
        summary.badges.set(Badge::NotSent, self.is_unsent(summary.id));
        let short =
            summary.uses.iter().any(|it| it.reserved > 0 && self.stock_of(it.product, it.variant).is_oversold());
        summary.badges.set(Badge::Oversold, short);
    }
    /// How many orders there are, by state.
    pub fn counts(&self, now_ms: i64) -> Counts {
        self.index.counts(now_ms, &self.oversold())
    }
    /// How many of those that a filter leaves in any state are in each: what the tabs over a list say.
    pub fn counts_of(&self, filter: &Filter, now_ms: i64) -> Counts {
        self.index.counts_of(&Ask { short: self.oversold(), ..self.asking(filter, now_ms) }, now_ms)
    }
    /// The orders of a list, in its order.
    pub fn found(&self, filter: &Filter, now_ms: i64) -> Vec<Uuid> {
        self.index.found(&self.asking(filter, now_ms))
    }
    /// What the orders of a list come to, each day for itself, in its order: the moment at which the day begins,
    /// and its sums. `day` says from when until when the day of a moment lasts.
    pub fn days(&self, filter: &Filter, day: impl FnMut(i64) -> Range<i64>, now_ms: i64) -> Vec<(i64, Sums)> {
        self.index.days(&self.asking(filter, now_ms), day)
    }
    /// What the orders of a list come to, for each span of the time in which they were placed.
    pub fn sums(&self, filter: &Filter, spans: &[Range<i64>], now_ms: i64) -> Vec<Sums> {
        self.index.sums(&self.asking(filter, now_ms), spans)
    }
    /// The traits that orders have, for a person to choose from, each with how many have it, the most frequent first:
    /// channels, categories, methods, tablets, people and labels.
    pub fn in_use(&self) -> Vec<(Facet, usize)> {
        self.index.in_use()
    }
    /// Which of many numbers pasted at once no order has; `None` where the search is not that.
    pub fn pasted(&self, search: &str) -> Option<Pasted> {
        self.index.pasted(search)
    }
    /// What a customer's orders come to, and which they are, newest first.
    pub fn of_customer(&self, customer: Uuid) -> (Sums, Vec<Uuid>) {
        self.index.of_customer(customer)
    }
    /// Orders with conflicts that need a decision, newest first.
    pub fn conflicted(&self) -> Vec<Uuid> {
        self.index.conflicted()
    }
    /// Numbers that several orders have: a conflict of its own (`same_number`).
    pub fn duplicate_numbers(&self) -> Vec<(OrderNumber, Vec<Uuid>)> {
        self.index.duplicate_numbers()
    }
    /// The order of this number.
    pub fn by_number(&self, number: &str) -> Option<Uuid> {
        self.index.by_number(number)
    }
    /// The records of a kind: each with a version that changes whenever the record does.
    pub fn records(&self, kind: StreamKind) -> impl Iterator<Item = (Uuid, u64)> {
        self.records.of(kind)
    }
    /// A record's fields.
    pub fn fields(&self, id: Uuid) -> Option<Fields> {
        self.records.fields(id)
    }
    /// The pictures that records name, all of them or these, and the shop's own: the fields `picture`, `…/picture`.
    pub fn named_blobs(&self, of: Option<&[Uuid]>) -> Vec<BlobId> {
        let every = || StreamKind::ALL.iter().flat_map(|kind| self.records.of(*kind)).map(|(id, _)| id).collect();
        let ids = of.map_or_else(every, <[Uuid]>::to_vec);
        let records = ids.into_iter().filter_map(|id| self.records.fields(id));
        let pictures = |fields: Fields| {
            let named = fields.fields.into_iter().filter(|(name, _)| name == "picture" || name.ends_with("/picture"));
            named.filter_map(|(_, value)| BlobId::parse(value.as_text()?)).collect::<Vec<_>>()
        };
        records.chain([self.shop().fields()]).flat_map(pictures).collect()
    }
    /// Records with conflicts that need a decision, and how many each has.
    pub fn conflicted_records(&self) -> impl Iterator<Item = (StreamKind, Uuid, usize)> {
        self.records.conflicted()
    }
    /// All records' fields, by id: two replicas of the same log have the same.
    pub fn all_fields(&self) -> Vec<(StreamKind, Fields)> {
        let mut all = Vec::new();
        for kind in StreamKind::ALL {
            all.extend(self.records.of(*kind).filter_map(|(id, _)| Some((*kind, self.records.fields(id)?))));
        }
        all.sort_by_key(|(_, fields): &(StreamKind, Fields)| fields.id);
        all
    }
    /// The rows as they are stored, by id: two replicas of the same log have the same, but for where events lie.
    pub fn summaries(&self) -> Vec<Summary> {
        let mut all: Vec<Summary> = self.index.ids().filter_map(|id| self.index.summary(id)).collect();
        all.sort_by_key(|summary| summary.id);
        all
    }
}
