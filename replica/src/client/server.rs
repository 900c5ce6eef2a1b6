//! What a person asks of the server.

use std::pin::pin;

use domain::DeviceCode;
use futures::future::{Either, select};
use protocol::api::{AskPairing, ClaimShop, Claimed, Devices, Hello, JoinShop, Joined, Pairing, Pulled, Quarantine};
use protocol::envelope::unstamp;
use protocol::{Problem, ProblemType};
use uuid::Uuid;

use super::{ActFault, Body, Client, Host, PATIENCE_MS, Request, Response, ServerFault, Transport, Unreachable};
use crate::replica::ActFault as Refused;
use crate::storage::Storage;

/// Longer than any code of a server's, however it is typed, in characters.
const LONGEST_CODE: usize = 100;

impl<S: Storage, T: Transport, H: Host> Client<S, T, H> {
    /// Attaches the shop of this device to a server, with the server's one-time set-up code.
    pub async fn claim(&self, server: &str, setup_code: &str) -> Result<(), ServerFault> {
        let server = server.trim_end_matches('/');
        let device = self.replica().device().clone();
        let (Some(shop), Some(code)) = (device.shop, device.code) else {
            return Err(ActFault::Refused(Refused::NoShop).into());
        };
        // What is longer than any code is wrong, and the server need not read all of it to say so.
        let setup_code = setup_code.trim().chars().take(LONGEST_CODE).collect();
        let claim = ClaimShop { setup_code, shop, device: device.id, code };
        let claimed: Claimed = self.ask("POST", server, "/shops", None, Some(&claim)).await?;
        self.write(|replica, _| Ok(Some(replica.claimed(server, &claimed.credential)))).await?;
        self.wake();
        Ok(())
    }

    /// Joins a shop by a pairing code. A lost answer is asked for again by calling it again.
    pub async fn join(&self, server: &str, pairing_code: &str, code: Option<DeviceCode>) -> Result<(), ServerFault> {
        let server = server.trim_end_matches('/');
        self.write(|replica, mut moment| replica.prepare_join(code.clone(), &mut moment)).await?;
        self.let_in(server, "/devices", pairing_code).await
    }

    /// Lets this device in again, as who it is, where its server does not know it any more: by a pairing code of its
    /// shop. What waits is sent then.
    pub async fn join_again(&self, pairing_code: &str) -> Result<(), ServerFault> {
        let device = self.replica().device().clone();
        let (Some(server), Some(shop)) = (device.server, device.shop) else {
            return Err(ServerFault::NotConnected);
        };
        self.let_in(&server, &format!("/shops/{shop}/devices"), pairing_code).await
    }

    async fn let_in(&self, server: &str, path: &str, pairing_code: &str) -> Result<(), ServerFault> {
        let device = self.replica().device().clone();
        let join = JoinShop {
            pairing_code: pairing_code.to_owned(),
            device: device.id,
            code: device.code,
            credential: device.credential.map(|credential| credential.0),
        };
        let joined: Joined = self.ask("POST", server, path, None, Some(&join)).await?;
        self.write(|replica, mut moment| replica.joined(server, &joined, &mut moment).map(Some)).await?;
        self.wake();
        Ok(())
    }

    /// A pairing code for the next tablet.
    pub async fn pairing_code(&self) -> Result<Pairing, ServerFault> {
        self.ask_shop("POST", "/pairing", Some(&AskPairing::default())).await
    }

    /// A code that lets this known device in again, and no other.
    pub async fn code_to_let_in(&self, device: Uuid) -> Result<Pairing, ServerFault> {
        self.ask_shop("POST", "/pairing", Some(&AskPairing { again: Some(device) })).await
    }

    /// What the server put aside of any tablet's, the newest first; the page after `before`.
    pub async fn put_aside(&self, before: Option<i64>) -> Result<Quarantine, ServerFault> {
        let before = before.map(|no| format!("?before={no}")).unwrap_or_default();
        self.ask_shop("GET", &format!("/quarantine{before}"), None::<&()>).await
    }

    /// The shop's devices, as the server knows them.
    pub async fn devices(&self) -> Result<Devices, ServerFault> {
        self.ask_shop("GET", "/devices", None::<&()>).await
    }

    /// When the server received the event with this sequence, in its own time; `None` where the log has none.
    pub async fn received_ms(&self, seq: u64) -> Result<Option<i64>, ServerFault> {
        let path = format!("/pull?after={}&limit=1", seq.saturating_sub(1));
        let pulled: Pulled = self.ask_shop("GET", &path, None::<&()>).await?;
        let stamp = pulled.events.first().and_then(|event| unstamp(event.get()).ok()).map(|(_, stamp)| stamp);
        Ok(stamp
            .filter(|stamp| stamp.seq == seq && Some(pulled.epoch) == self.replica().epoch())
            .map(|it| it.received_ms))
    }

    /// Takes a device's credential away.
    pub async fn revoke(&self, device: Uuid) -> Result<(), ServerFault> {
        let reach = self.reach().ok_or(ServerFault::NotConnected)?;
        let path = format!("/shops/{}/devices/{device}", reach.shop);
        self.call("DELETE", &reach.server, &path, Some(&reach.credential), None).await.map(drop)
    }

    /// Greets a server: its limits, its time.
    pub async fn hello(&self, server: &str) -> Result<Hello, ServerFault> {
        self.ask("GET", server.trim_end_matches('/'), "/hello", None, None::<&()>).await
    }

    pub(super) fn reach(&self) -> Option<Endpoint> {
        let replica = self.replica();
        let device = replica.device();
        Some(Endpoint {
            server: device.server.clone()?,
            shop: device.shop?,
            credential: device.credential.as_ref()?.0.clone(),
        })
    }

    async fn ask_shop<A: serde::de::DeserializeOwned>(
        &self,
        method: &'static str,
        path: &str,
        body: Option<&impl serde::Serialize>,
    ) -> Result<A, ServerFault> {
        let reach = self.reach().ok_or(ServerFault::NotConnected)?;
        let path = format!("/shops/{}{path}", reach.shop);
        self.ask(method, &reach.server, &path, Some(&reach.credential), body).await
    }

    pub(super) async fn ask<A: serde::de::DeserializeOwned>(
        &self,
        method: &'static str,
        server: &str,
        path: &str,
        credential: Option<&str>,
        body: Option<&impl serde::Serialize>,
    ) -> Result<A, ServerFault> {
        let body = body.map(serde_json::to_string).transpose().map_err(|_| ServerFault::Nonsense)?;
        let answer = self.call(method, server, path, credential, body).await?;
        serde_json::from_str(&answer).map_err(|_| ServerFault::Nonsense)
    }

    pub(super) async fn call(
        &self,
        method: &'static str,
        server: &str,
        path: &str,
        credential: Option<&str>,
        body: Option<String>,
    ) -> Result<String, ServerFault> {
        let request = Request {
            method,
            url: format!("{server}/api/v1{path}"),
            credential: credential.map(str::to_owned),
            body: body.map(Body::Json),
            patience_ms: PATIENCE_MS,
        };
        Ok(self.exchange(request).await?.text()?)
    }

    /// Makes a call, and gives the answer of one that was done.
    pub(super) async fn exchange(&self, request: Request) -> Result<Response, ServerFault> {
        let response = self.within(request.patience_ms, self.0.transport.call(request)).await?;
        if (200..300).contains(&response.status) {
            return Ok(response);
        }
        Err(match (response.status, serde_json::from_str(&response.text()?)) {
            (_, Ok(problem)) => ServerFault::Problem(problem),
            // Said by a proxy in its own words, and as clear as the server's.
            (413, Err(_)) => ServerFault::Problem(Problem::new(ProblemType::TooLarge, None)),
            (_, Err(_)) => ServerFault::Nonsense,
        })
    }

    pub(super) async fn within<A>(
        &self,
        ms: u64,
        call: impl Future<Output = Result<A, Unreachable>>,
    ) -> Result<A, Unreachable> {
        match select(pin!(call), pin!(self.0.host.sleep(ms))).await {
            Either::Left((answer, _)) => answer,
            Either::Right(((), _)) => Err(Unreachable),
        }
    }
}

/// Where the server is, and what it knows this device by.
pub(super) struct Endpoint {
    pub(super) server: String,
    pub(super) shop: Uuid,
    pub(super) credential: String,
}
