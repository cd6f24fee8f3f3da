//! Connections that can be cut: how an answer gets lost on purpose.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Sleep, sleep};

/// Ends one connection without another byte, and knows whether its request has arrived.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cut(Arc<Flags>);

#[derive(Debug, Default)]
struct Flags {
    cut: AtomicBool,
    whole: AtomicBool,
}

impl Cut {
    /// From here on nothing is sent; the connection closes when the next answer is due.
    pub(crate) fn cut(&self) {
        self.0.cut.store(true, Ordering::SeqCst);
    }

    /// The request has arrived whole: its answer may take as long as it likes.
    pub(crate) fn whole(&self) {
        self.0.whole.store(true, Ordering::SeqCst);
    }

    fn check(&self) -> io::Result<()> {
        if self.0.cut.load(Ordering::SeqCst) {
            return Err(io::Error::new(io::ErrorKind::ConnectionAborted, "cut on purpose"));
        }
        Ok(())
    }
}

impl Connected<IncomingStream<'_, CuttableListener>> for Cut {
    fn connect_info(stream: IncomingStream<'_, CuttableListener>) -> Self {
        stream.io().cut.clone()
    }
}

/// A TCP listener whose connections can be cut, and which ends those that send half a request.
#[derive(Debug)]
pub(crate) struct CuttableListener {
    pub(crate) listener: TcpListener,
    /// How long a request may take to arrive whole.
    pub(crate) within: Duration,
}

impl Listener for CuttableListener {
    type Io = CuttableStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (CuttableStream, SocketAddr) {
        let (inner, address) = Listener::accept(&mut self.listener).await;
        // Without it small answers wait for the client's delayed acknowledgement.
        if let Err(error) = inner.set_nodelay(true) {
            tracing::debug!(%error, "cannot set TCP_NODELAY");
        }
        (CuttableStream { inner, cut: Cut::default(), within: self.within, arriving: None }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// A TCP connection whose writes fail once it is cut.
#[derive(Debug)]
pub(crate) struct CuttableStream {
    inner: TcpStream,
    cut: Cut,
    within: Duration,
    /// Runs from the first byte of a request until something is answered.
    arriving: Option<Pin<Box<Sleep>>>,
}

impl AsyncRead for CuttableStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        if let Poll::Ready(read) = Pin::new(&mut self.inner).poll_read(context, buffer) {
            if self.arriving.is_none() && buffer.filled().len() > before {
                self.cut.0.whole.store(false, Ordering::SeqCst);
                self.arriving = Some(Box::pin(sleep(self.within)));
            }
            return Poll::Ready(read);
        }
        if self.cut.0.whole.load(Ordering::SeqCst) {
            return Poll::Pending;
        }
        let Some(arriving) = self.arriving.as_mut() else { return Poll::Pending };
        ready!(arriving.as_mut().poll(context));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "half a request")))
    }
}

impl AsyncWrite for CuttableStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.cut.check()?;
        self.arriving = None;
        Pin::new(&mut self.inner).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.cut.check()?;
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}
