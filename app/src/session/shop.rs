//! What pages read of the shop itself: its settings, its tablets, its days and times.

use std::ops::Range;

use domain::figure::Usage;
use domain::shop::{ShopSettings, device_name_field};
use domain::{Day, StreamKind};
use leptos::prelude::*;
use uuid::Uuid;

use super::{Device, Session};
use crate::platform::clock;
use crate::text::Currency;

impl Session {
    /// What money is counted in.
    pub fn currency(self) -> Signal<Currency> {
        Signal::derive(move || {
            let shop = self.shop.read();
            shop.as_ref().map_or_else(|| domain::Currency::default().into(), |shop| shop.currency)
        })
    }

    /// Now, in milliseconds since 1970, corrected by the server's time; ticks each minute.
    pub fn now_ms(self) -> Signal<i64> {
        self.now.into()
    }

    /// The shop's day of a moment, in its time zone.
    pub fn day_of(self, ms: i64) -> Day {
        self.zone.with(|zone| Day::at(ms, clock::offset_minutes(zone, ms)))
    }

    /// From when until when the shop's day of a moment lasts. Days that were asked for are kept: a list asks for all
    /// of its days at every key stroke.
    pub(super) fn span(self, ms: i64) -> Range<i64> {
        let known = self.spans.with_value(|spans| {
            let after = spans.partition_point(|span| span.end <= ms);
            spans.get(after).filter(|span| span.contains(&ms)).cloned()
        });
        known.unwrap_or_else(|| {
            let from = self.midnight(self.day_of(ms));
            // Thirty hours on it is the day after, however the clocks are changed.
            let span = from..self.midnight(self.day_of(from + 108_000_000));
            self.spans.update_value(|spans| {
                let after = spans.partition_point(|known| known.end <= span.start);
                spans.insert(after, span.clone());
            });
            span
        })
    }

    /// When a day of the shop begins, milliseconds since 1970.
    pub fn midnight(self, day: Day) -> i64 {
        let utc = day.utc_ms();
        self.zone.with(|zone| {
            let offset_ms = |ms| i64::from(clock::offset_minutes(zone, ms)) * 60_000;
            // The offset of the day before decides where the clocks change at midnight itself.
            let about = utc - offset_ms(utc);
            utc - offset_ms(about)
        })
    }

    /// What holds for the whole shop.
    pub fn settings(self) -> Signal<ShopSettings> {
        let settings = Memo::new(move |_| {
            self.changes.track(&[StreamKind::Shop]);
            self.handle().map(|handle| handle.read(|replica| replica.shop().settings())).unwrap_or_default()
        });
        settings.into()
    }

    /// How the shop writes figures.
    pub fn usage(self) -> Signal<Usage> {
        let settings = self.settings();
        Signal::derive(move || settings.get().usage())
    }

    /// The code of a tablet; empty where it is not known.
    pub fn device_code(self, device: Uuid) -> String {
        self.changes.track(&[StreamKind::Shop]);
        let code = self
            .handle()
            .and_then(|handle| handle.read(|replica| replica.shop().device_code(device).map(str::to_owned)));
        code.unwrap_or_default()
    }

    /// This tablet.
    pub fn this_device(self) -> Uuid {
        self.handle().map(|handle| handle.read(|replica| replica.device().id)).unwrap_or_default()
    }

    /// This tablet's code.
    pub fn tablet_code(self) -> String {
        self.shop.read().as_ref().map(|shop| shop.tablet.clone()).unwrap_or_default()
    }

    /// The tablets of the shop, this one first.
    pub fn devices(self) -> Signal<Vec<Device>> {
        let devices = Memo::new(move |_| {
            self.changes.track(&[StreamKind::Shop]);
            let Some(handle) = self.handle() else {
                return Vec::new();
            };
            handle.read(|replica| {
                let here = replica.device().id;
                let shop = replica.shop();
                let fields = shop.fields();
                let all = shop.devices().map(|(id, code)| Device {
                    id,
                    code: code.to_owned(),
                    name: fields.text(&device_name_field(id)).to_owned(),
                    here: id == here,
                });
                // This one first.
                let (mut first, others): (Vec<_>, Vec<_>) = all.partition(|device| device.here);
                first.extend(others);
                first
            })
        });
        devices.into()
    }
}
