//! What operators ask and order over HTTP. It lives on the control thread, reads what shards have put up and puts orders into
//! their inboxes; no shard waits for it.

use std::net::SocketAddr;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};

use crate::boot::StartError;
use crate::orders::{self, Order, Orders};
use crate::status::{Source, Status};

/// Opens the port; what comes in is answered by [`serve`].
pub async fn listen(address: SocketAddr) -> Result<tokio::net::TcpListener, StartError> {
    tokio::net::TcpListener::bind(address).await.map_err(|error| {
        StartError::new(
            format!("cannot listen on TCP {address}: {error}"),
            "choose another admin.listen, or end the process that has it (see `ss -lpn`)",
        )
    })
}

/// Answers until the process ends.
pub async fn serve(listener: tokio::net::TcpListener, source: Source, orders: Orders) -> std::io::Result<()> {
    let questions = Router::new().route("/status", get(status)).route("/health", get(health));
    let commands = Router::new().route(orders::PATH, post(end_chats)).with_state(orders);
    axum::serve(listener, questions.with_state(source).merge(commands)).await
}

async fn status(State(source): State<Source>) -> Json<Status> {
    Json(source.read())
}

/// The body must say that it is JSON, which a page in an operator's browser cannot without asking us first.
async fn end_chats(State(orders): State<Orders>, Json(order): Json<Order>) -> (StatusCode, String) {
    let ending = match order.ending() {
        Ok(ending) => ending,
        Err(wrong) => return (StatusCode::UNPROCESSABLE_ENTITY, format!("{wrong}\n")),
    };
    match orders.give(ending) {
        0 => (StatusCode::ACCEPTED, "told\n".into()),
        busy => (
            StatusCode::SERVICE_UNAVAILABLE,
            format!("{busy} shard(s) had no room to hear it: say it again\n"),
        ),
    }
}

async fn health(State(source): State<Source>) -> (StatusCode, String) {
    match source.health() {
        Ok(()) => (StatusCode::OK, "ready\n".into()),
        Err(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n")),
    }
}
