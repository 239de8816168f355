//! Tables as Parquet files.

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow_array::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use crate::error::{Error, Result};

/// Writes batches of one schema, a row group each, with `metadata` beside the schema.
///
/// The file appears whole or not at all: it is written under another name and then renamed.
pub fn write_parquet(
    path: &Path,
    batches: impl IntoIterator<Item = Result<RecordBatch>>,
    metadata: HashMap<String, String>,
) -> Result<()> {
    let fail = |e: &dyn std::fmt::Display| Error::file(path.display().to_string(), e);
    let draft = path.with_extension("parquet.part");
    let mut writer: Option<ArrowWriter<File>> = None;
    let written = (|| {
        for batch in batches {
            let batch = batch?;
            let writer = match &mut writer {
                Some(writer) => writer,
                None => {
                    let schema =
                        Arc::new(batch.schema().as_ref().clone().with_metadata(metadata.clone()));
                    let properties = WriterProperties::builder()
                        .set_compression(Compression::ZSTD(ZstdLevel::default()))
                        .build();
                    let file = File::create(&draft).map_err(|e| fail(&e))?;
                    writer.insert(
                        ArrowWriter::try_new(file, schema, Some(properties))
                            .map_err(|e| fail(&e))?,
                    )
                }
            };
            writer.write(&batch).map_err(|e| fail(&e))?;
            writer.flush().map_err(|e| fail(&e))?;
        }
        match writer.take() {
            Some(writer) => writer.close().map(|_| ()).map_err(|e| fail(&e)),
            None => Err(fail(&"there is nothing to write")),
        }
    })();
    if written.is_err() {
        // The draft may not exist; the error of the writing is the one to tell.
        let _ = std::fs::remove_file(&draft);
        return written;
    }
    std::fs::rename(&draft, path).map_err(|e| fail(&e))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Table;

    #[test]
    fn a_failed_file_leaves_nothing_behind() {
        let folder = std::env::temp_dir().join(format!("kebao-parquet-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("x.parquet");
        let good = Table::new("t").float("x", vec![1.0, f64::NAN]).to_batch();
        let bad = Err(Error::numeric("x", "no"));
        assert!(
            write_parquet(
                &path,
                [good.as_ref().map(Clone::clone).map_err(|_| Error::Cancelled), bad],
                HashMap::new()
            )
            .is_err()
        );
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
        write_parquet(&path, [good], HashMap::from([("seed".to_owned(), "7".to_owned())])).unwrap();
        assert!(path.metadata().unwrap().len() > 0);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
