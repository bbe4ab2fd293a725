//! A crew's folder as `WebDAV` clients see it: `QField`, file managers, mounted drives.
//!
//! A file is written to the disk as it arrives and is kept when all of it is there: the client is told so after that, and
//! of a transfer that breaks off nothing is left.

use crate::files::Incoming;
use crate::office::field::{CrewEntry, CrewFolder, Denied, EntryKind, LARGEST};
use crate::printable::terminal;
use axum::body::Bytes;
use bytes::Buf;
use dav_server::davpath::DavPath;
use dav_server::fs::{
    self, DavDirEntry, DavFile, DavFileSystem, DavMetaData, FsError, FsFuture, FsResult, FsStream,
    ReadDirMeta,
};
use std::fs::File;
use std::future::ready;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::time::SystemTime;
use tokio::sync::Notify;
use tokio::task::block_in_place;

/// The folder of a crew, and who is to be told when something has come.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    pub of: Arc<CrewFolder>,
    pub came: Arc<Notify>,
}

impl Folder {
    fn look(&self, path: &str) -> FsResult<CrewEntry> {
        match self.of.look(path) {
            Ok(found) => found.ok_or(FsError::NotFound),
            Err(_told_elsewhere) => Err(FsError::GeneralFailure),
        }
    }

    fn opened(&self, path: &DavPath, options: &fs::OpenOptions) -> FsResult<Box<dyn DavFile>> {
        let path = text(path)?;
        if !options.write {
            return Ok(Box::new(Reading::of(self.look(&path)?)?));
        }
        let there = self.look(&path).is_ok();
        // Who locks a name before a file comes writes nothing yet.
        let locks = !there && options.size.is_none();
        // A part of a file cannot be kept under the digest of the whole.
        if options.append || !(options.truncate || locks) {
            return Err(FsError::Forbidden);
        }
        if options.size.is_some_and(|size| size > LARGEST) {
            return Err(FsError::TooLarge);
        }
        if options.create_new && there {
            return Err(FsError::Exists);
        }
        if !options.create && !there {
            return Err(FsError::NotFound);
        }
        let incoming = self.of.begin(&path).map_err(denied)?;
        Ok(Box::new(Writing {
            folder: self.clone(),
            path,
            incoming: Some(incoming),
            size: options.size,
        }))
    }

    fn changed(&self, done: Result<(), Denied>) -> FsResult<()> {
        done.map_err(denied)?;
        self.came.notify_one();
        Ok(())
    }
}

/// The path that a client asks for, below the crew's folder.
fn text(path: &DavPath) -> FsResult<String> {
    let text = String::from_utf8(path.as_bytes().to_vec()).ok();
    // What acts on a terminal is no name.
    let text = text.filter(|text| terminal(text) == *text);
    text.ok_or(FsError::Forbidden)
}

fn denied(why: Denied) -> FsError {
    match why {
        Denied::Name | Denied::ReadOnly => FsError::Forbidden,
        Denied::Missing => FsError::NotFound,
        Denied::Exists => FsError::Exists,
        Denied::Full => FsError::InsufficientStorage,
        Denied::System(error) => failed(&error),
    }
}

fn failed(error: &io::Error) -> FsError {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => FsError::InsufficientStorage,
        _ => FsError::GeneralFailure,
    }
}

/// Does what may wait for the disk.
fn now<'a, T: Send + 'a>(work: impl FnOnce() -> FsResult<T>) -> FsFuture<'a, T> {
    Box::pin(ready(block_in_place(work)))
}

impl DavFileSystem for Folder {
    fn open<'a>(
        &'a self,
        path: &'a DavPath,
        options: fs::OpenOptions,
    ) -> FsFuture<'a, Box<dyn DavFile>> {
        now(|| self.opened(path, &options))
    }

    fn read_dir<'a>(
        &'a self,
        path: &'a DavPath,
        _meta: ReadDirMeta,
    ) -> FsFuture<'a, FsStream<Box<dyn DavDirEntry>>> {
        now(|| {
            let path = text(path)?;
            if self.look(&path)?.what != EntryKind::Folder {
                return Err(FsError::Forbidden);
            }
            let listed = self
                .of
                .list(&path)
                .map_err(|_system| FsError::GeneralFailure)?;
            let entries = listed.into_iter().map(|(name, found)| {
                let entry: Box<dyn DavDirEntry> = Box::new(DavEntry(name, found));
                Ok(entry)
            });
            let stream: FsStream<_> = Box::pin(tokio_stream::iter(entries));
            Ok(stream)
        })
    }

    fn metadata<'a>(&'a self, path: &'a DavPath) -> FsFuture<'a, Box<dyn DavMetaData>> {
        now(|| Ok(about(self.look(&text(path)?)?)))
    }

    fn create_dir<'a>(&'a self, path: &'a DavPath) -> FsFuture<'a, ()> {
        now(|| self.of.make_folder(&text(path)?).map_err(denied))
    }

    fn remove_dir<'a>(&'a self, path: &'a DavPath) -> FsFuture<'a, ()> {
        now(|| self.of.remove(&text(path)?).map_err(denied))
    }

    fn remove_file<'a>(&'a self, path: &'a DavPath) -> FsFuture<'a, ()> {
        now(|| self.of.remove(&text(path)?).map_err(denied))
    }

    fn rename<'a>(&'a self, from: &'a DavPath, to: &'a DavPath) -> FsFuture<'a, ()> {
        now(|| self.changed(self.of.rename(&text(from)?, &text(to)?)))
    }
}

fn about(found: CrewEntry) -> Box<dyn DavMetaData> {
    Box::new(DavMetadata(found))
}

#[derive(Debug, Clone)]
struct DavMetadata(CrewEntry);

impl DavMetaData for DavMetadata {
    fn len(&self) -> u64 {
        match self.0.what {
            EntryKind::Folder => 0,
            EntryKind::File(_, bytes) => bytes,
        }
    }

    fn modified(&self) -> FsResult<SystemTime> {
        Ok(SystemTime::from(self.0.at))
    }

    fn is_dir(&self) -> bool {
        self.0.what == EntryKind::Folder
    }
}

struct DavEntry(String, CrewEntry);

impl DavDirEntry for DavEntry {
    fn name(&self) -> Vec<u8> {
        self.0.clone().into_bytes()
    }

    fn metadata(&'_ self) -> FsFuture<'_, Box<dyn DavMetaData>> {
        Box::pin(ready(Ok(about(self.1.clone()))))
    }
}

/// A file that is read.
#[derive(Debug)]
struct Reading {
    found: CrewEntry,
    file: File,
}

impl Reading {
    fn of(found: CrewEntry) -> FsResult<Self> {
        let EntryKind::File(path, _) = &found.what else {
            return Err(FsError::Forbidden);
        };
        let file = File::open(path).map_err(|_system| FsError::NotFound)?;
        Ok(Self { found, file })
    }
}

impl DavFile for Reading {
    fn metadata(&'_ mut self) -> FsFuture<'_, Box<dyn DavMetaData>> {
        Box::pin(ready(Ok(about(self.found.clone()))))
    }

    fn write_buf(&'_ mut self, _: Box<dyn Buf + Send>) -> FsFuture<'_, ()> {
        Box::pin(ready(Err(FsError::Forbidden)))
    }

    fn write_bytes(&'_ mut self, _: Bytes) -> FsFuture<'_, ()> {
        Box::pin(ready(Err(FsError::Forbidden)))
    }

    fn read_bytes(&'_ mut self, count: usize) -> FsFuture<'_, Bytes> {
        now(|| {
            let mut piece = vec![0; count];
            let read = self.file.read(&mut piece);
            piece.truncate(read.map_err(|_system| FsError::GeneralFailure)?);
            Ok(Bytes::from(piece))
        })
    }

    fn seek(&'_ mut self, to: SeekFrom) -> FsFuture<'_, u64> {
        now(|| {
            self.file
                .seek(to)
                .map_err(|_system| FsError::GeneralFailure)
        })
    }

    fn flush(&'_ mut self) -> FsFuture<'_, ()> {
        Box::pin(ready(Ok(())))
    }
}

/// A file that arrives.
#[derive(Debug)]
struct Writing {
    folder: Folder,
    path: String,
    incoming: Option<Incoming>,
    size: Option<u64>,
}

impl Writing {
    fn add(&mut self, piece: &[u8]) -> FsResult<()> {
        let incoming = self.incoming.as_mut().ok_or(FsError::GeneralFailure)?;
        if incoming.bytes() + piece.len() as u64 > LARGEST {
            return Err(FsError::TooLarge);
        }
        incoming
            .add(piece)
            .map_err(|error| denied(Denied::System(error)))
    }

    /// Keeps what has come, where that is all that was announced.
    fn keep(&mut self) -> FsResult<()> {
        let incoming = self.incoming.take().ok_or(FsError::GeneralFailure)?;
        if self.size.is_some_and(|size| size != incoming.bytes()) {
            return Err(FsError::GeneralFailure);
        }
        let kept = self.folder.of.keep(&self.path, incoming);
        self.folder.changed(kept)
    }
}

impl DavFile for Writing {
    fn metadata(&'_ mut self) -> FsFuture<'_, Box<dyn DavMetaData>> {
        now(|| Ok(about(self.folder.look(&self.path)?)))
    }

    fn write_buf(&'_ mut self, mut buf: Box<dyn Buf + Send>) -> FsFuture<'_, ()> {
        now(move || {
            while buf.has_remaining() {
                let piece = buf.chunk();
                let length = piece.len();
                self.add(piece)?;
                buf.advance(length);
            }
            Ok(())
        })
    }

    fn write_bytes(&'_ mut self, buf: Bytes) -> FsFuture<'_, ()> {
        now(|| self.add(&buf))
    }

    fn read_bytes(&'_ mut self, _: usize) -> FsFuture<'_, Bytes> {
        Box::pin(ready(Err(FsError::Forbidden)))
    }

    fn seek(&'_ mut self, _: SeekFrom) -> FsFuture<'_, u64> {
        Box::pin(ready(Err(FsError::Forbidden)))
    }

    fn flush(&'_ mut self) -> FsFuture<'_, ()> {
        now(|| self.keep())
    }
}
