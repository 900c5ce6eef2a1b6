//! What people do seldom: a deadline moved, a parcel's number corrected, an order brought back, a template or a view
//! saved, a list of the shop changed. With it every type of event there is comes from somebody.

use domain::order::ParcelCorrected;

use super::records::changed;
use super::*;

impl Simulation {
    /// One of these, on a tablet that has a tab.
    pub(super) fn do_seldom(&mut self) {
        let mut chance = std::mem::replace(&mut self.of_seldom, Chance::seeded(0));
        if let Some((nth, tab)) = self.tablet(&mut chance, None) {
            match chance.below(8) {
                0 => self.write_record((nth, &tab), StreamKind::Template, &mut chance),
                1 => self.write_record((nth, &tab), StreamKind::View, &mut chance),
                2 => self.write_shop((nth, &tab), &mut chance),
                _ => self.touch_order((nth, &tab), &mut chance),
            }
        }
        self.of_seldom = chance;
    }

    fn write_record(&mut self, on: (usize, &Tab), kind: StreamKind, chance: &mut Chance) {
        let known: Vec<Uuid> = on.1.replica().records(kind).map(|(id, _)| id).collect();
        let id = known.get(chance.below(known.len() + 1)).copied();
        let name = format!("name {}", chance.below(5));
        self.write(on, kind, id, vec![changed([("name".to_owned(), Some(name.into()))])]);
    }

    fn write_shop(&mut self, (nth, tab): (usize, &Tab), chance: &mut Chance) {
        let key = format!("channel/{}/name", chance.below(4));
        let set = [(key, Some(format!("market {}", chance.below(5)).into()))].into();
        let acting = tab.clone();
        let acts = [Act::Shop(Changed { set, settles: None })];
        match self.at_once(nth, async move { acting.act_all(&acts, TODAY).await }) {
            None | Some(Ok(_) | Err(ActFault::Storage(StorageFault::Quota | StorageFault::Closed))) => {}
            Some(Err(fault)) => panic!("a list of the shop was not changed: {fault}"),
        }
        self.tablets[nth].disk.calm();
        self.revive();
    }

    fn touch_order(&mut self, (nth, tab): (usize, &Tab), chance: &mut Chance) {
        let known: Vec<Uuid> = tab.replica().summaries().into_iter().map(|row| row.id).collect();
        let Some(id) = known.get(chance.below(known.len())).copied() else { return };
        let asked = tab.clone();
        let Some(Ok(Some(order))) = self.at_once(nth, async move { asked.order(id).await }) else { return };
        let payment = order.payments.last().map(|payment| payment.id);
        let parcel = order.parcels.last().map(|parcel| parcel.id);
        let command = match chance.below(5) {
            0 => Some(Command::Extend { due_ms: self.world.now_ms() + chance.below(3) as i64 * 86_400_000 }),
            1 => payment.map(|payment| Command::RejectPayment(payment, "never came".into())),
            2 => Some(Command::Revive),
            3 => Some(Command::Renumber),
            _ => parcel.map(|parcel| {
                Command::CorrectParcel(ParcelCorrected {
                    parcel,
                    carrier: None,
                    tracking: Some(format!("SF{}", chance.below(40))),
                    expected: None,
                })
            }),
        };
        if let Some(command) = command {
            self.ask(nth, tab, Some(id), command);
            self.revive();
        }
    }
}
