//! The web server: whether its address is free or its own, and whether services know it.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use super::Check;
use crate::app;
use crate::config::Config;

/// How long whoever is there has to say who they are.
const PATIENCE: Duration = Duration::from_secs(3);

/// Looks at the address if somebody needs it, and at what services are told.
pub(super) async fn look(config: &Config) -> Vec<Check> {
    let settings = app::web_settings(config);
    let mut checks = Vec::new();
    if settings.needed {
        checks.push(address(settings.addr).await);
    }
    if config.ways().iter().any(|way| way.http) {
        checks.push(match &config.public_url {
            Some(url) => Check::fine("public address", url.as_str()),
            None => Check::noteworthy(
                "public address",
                "it is not set, and services come over HTTP",
                "set public_url under [http]: `panout manifest` says it to them",
            ),
        });
    }
    checks
}

async fn address(addr: SocketAddr) -> Check {
    let what = "web server";
    match TcpListener::bind(addr).await {
        Ok(_) => Check::fine(what, format!("{addr} is free")),
        Err(error) if error.kind() == ErrorKind::AddrInUse && is_ours(addr).await => {
            Check::fine(what, format!("a running panout answers on {addr}"))
        }
        Err(error) => {
            let mend = "choose another address with PANOUT_HTTP_ADDR, or address under [http]";
            Check::broken(what, format!("{addr} cannot be listened on ({error})"), mend)
        }
    }
}

/// Whether it is a panout that listens there.
async fn is_ours(addr: SocketAddr) -> bool {
    let ask = async {
        let mut stream = TcpStream::connect(addr).await?;
        stream.write_all(b"GET /ready HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await?;
        let mut said = Vec::new();
        stream.take(4096).read_to_end(&mut said).await?;
        Ok::<_, std::io::Error>(String::from_utf8_lossy(&said).contains("\"ready\":"))
    };
    matches!(timeout(PATIENCE, ask).await, Ok(Ok(true)))
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    #[tokio::test]
    async fn an_address_that_somebody_else_has_is_broken() {
        let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = taken.local_addr().unwrap();
        tokio::spawn(async move { while taken.accept().await.is_ok() {} });
        assert_eq!(address(addr).await.state, State::Broken);
        let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        assert_eq!(address(free).await.state, State::Fine);
    }
}
