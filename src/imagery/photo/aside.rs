//! Why a photo is not searched, in words and in the design's codes.

use super::jpeg::JpegError;
use super::metadata::{Attitude, Band, Doubt, Metadata, MetadataFault, Position};
use super::quality::Defect;
use crate::schema::Reason;
use crate::words::{Fault, Lang, Said, Say};
use crate::{speaking_error, tr};
use std::path::{Path, PathBuf};

/// A photo that is set aside, with what it was about.
#[derive(Debug)]
pub struct SetAside {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub why: Why,
}

/// What is wrong with a photo.
#[derive(Debug)]
pub enum Why {
    /// It is no JPEG that can be read, or cannot be opened.
    Jpeg(JpegError),
    /// It ends before its picture does.
    Truncated,
    /// Its picture is damaged.
    Damaged,
    /// It has more pixels, or more bytes, than any drone's photo.
    TooLarge {
        /// Millions of pixels.
        megapixels: f64,
    },
    /// It has no colours.
    Grey,
    /// No tag says where it was taken.
    NoPosition {
        /// What the tag says instead of a place.
        position: Position,
        /// Whether a block of metadata could not be read.
        damaged: bool,
        /// Whether a camera's tags are there.
        camera: bool,
    },
    /// No tag says how high above the ground it was taken.
    NoAltitude {
        /// Whether a height above the sea is known, so that the ground's elevation would help.
        above_sea: bool,
        /// Whether a block of metadata could not be read.
        damaged: bool,
    },
    /// The height above the ground is none that a photo was taken from.
    AbsurdAltitude {
        /// Metres above the ground.
        above_ground_m: f64,
    },
    /// The terrain model has no height there.
    OffTerrain,
    /// Nothing tells the focal length.
    NoFocalLength,
    /// All of the ground in it is coarser than the model can bear.
    TooCoarse {
        /// Its finest centimetres a pixel.
        gsd_cm: f64,
        /// The coarsest that is searched.
        coarsest_cm: f64,
    },
    /// It looks to the horizon or above it.
    TooOblique,
    /// It is not known where the camera looked.
    Attitude(Doubt),
    /// It was stitched out of several frames.
    Panorama,
    /// Its only height counts from the ellipsoid, the ground's from the sea.
    OverEllipsoid,
    /// It shows heat or a single band.
    Band(Band),
    /// Its picture is useless.
    Defect(Defect),
}

impl SetAside {
    pub(super) fn new(path: &Path, why: Why) -> Self {
        Self {
            path: path.into(),
            why,
        }
    }

    pub(super) fn no_position(path: &Path, found: &Metadata) -> Self {
        let position = found.position;
        let damaged = !found.faults.is_empty();
        let camera = found.make.is_some()
            || found.model.is_some()
            || found.focal_mm.is_some()
            || found.captured.is_some()
            || found.relative_altitude_m.is_some()
            || matches!(
                found.attitude,
                Attitude::Gimbal { .. } | Attitude::Body { .. }
            );
        let why = Why::NoPosition {
            position,
            damaged,
            camera,
        };
        Self::new(path, why)
    }

    pub(super) fn no_altitude(path: &Path, found: &Metadata) -> Self {
        let above_sea = found.altitude_m.is_some();
        let damaged = found.faults.contains(&MetadataFault::Xmp);
        Self::new(path, Why::NoAltitude { above_sea, damaged })
    }

    /// Whether it is a frame of one band or of heat beside colour photos.
    pub fn is_band(&self) -> bool {
        matches!(self.why, Why::Band(_))
    }

    /// Whether nothing in it says that a camera took it: a picture of a report, or a copy that lost all its tags.
    pub fn is_no_photo(&self) -> bool {
        matches!(
            self.why,
            Why::NoPosition {
                position: Position::Missing,
                damaged: false,
                camera: false,
            } | Why::Grey
        )
    }

    /// The code for the coverage layer.
    pub fn reason(&self) -> Reason {
        match &self.why {
            Why::Jpeg(_) | Why::Truncated | Why::Damaged | Why::TooLarge { .. } => {
                Reason::Unreadable
            }
            Why::NoPosition { .. } => Reason::NoPosition,
            Why::NoAltitude { .. }
            | Why::AbsurdAltitude { .. }
            | Why::OffTerrain
            | Why::OverEllipsoid
            | Why::NoFocalLength => Reason::NoAltitude,
            Why::TooCoarse { .. } => Reason::TooCoarse,
            Why::TooOblique | Why::Attitude(_) => Reason::TooOblique,
            Why::Grey | Why::Panorama | Why::Band(_) | Why::Defect(_) => Reason::Quality,
        }
    }

    #[expect(
        clippy::too_many_lines,
        reason = "one arm a reason, each its sentence in two languages"
    )]
    fn what(&self, lang: Lang) -> String {
        let path = self.path.display();
        match &self.why {
            Why::Jpeg(JpegError::Empty) => tr!(lang, "{path} is empty", "{path} 是空文件"),
            Why::Jpeg(JpegError::NotJpeg {
                looks_like: Some(kind),
            }) => {
                tr!(
                    lang,
                    "{path} is named like a JPEG but is {kind}",
                    "{path} 的扩展名是 JPEG，实际是 {kind}"
                )
            }
            Why::Jpeg(JpegError::NotJpeg { looks_like: None }) => {
                tr!(
                    lang,
                    "{path} is named like a JPEG but is none",
                    "{path} 的扩展名是 JPEG，但不是 JPEG 文件"
                )
            }
            Why::Jpeg(JpegError::Broken) => tr!(
                lang,
                "the header of {path} is damaged",
                "{path} 的文件头已损坏"
            ),
            Why::Jpeg(JpegError::Io(e)) => {
                tr!(lang, "{path} cannot be read: {e}", "无法读取 {path}：{e}")
            }
            Why::Truncated => tr!(
                lang,
                "{path} is cut off before its picture ends",
                "{path} 不完整，图像在中途被截断"
            ),
            Why::Damaged => tr!(
                lang,
                "the picture in {path} is damaged",
                "{path} 的图像数据已损坏"
            ),
            Why::TooLarge { megapixels } => {
                tr!(
                    lang,
                    "{path} has {megapixels:.0} megapixels, more than any drone's photo",
                    "{path} 有 {megapixels:.0} 百万像素，超出无人机照片的范围"
                )
            }
            Why::Grey => tr!(lang, "{path} has no colours", "{path} 没有颜色（灰度图）"),
            Why::NoPosition {
                position: Position::NullIsland,
                ..
            } => {
                tr!(
                    lang,
                    "{path} says 0°, 0°: the drone had no satellite fix",
                    "{path} 的位置是 0°, 0°：拍摄时没有卫星定位"
                )
            }
            Why::NoPosition {
                position: Position::Absurd,
                ..
            } => {
                tr!(
                    lang,
                    "the position in {path} is no place on Earth",
                    "{path} 中的位置不是地球上的坐标"
                )
            }
            Why::NoPosition {
                position: Position::Unreadable,
                ..
            } => tr!(
                lang,
                "the position in {path} cannot be read: a part of its degrees, minutes and seconds is no number",
                "{path} 中的位置读不出：度、分、秒有一项不是数"
            ),
            Why::NoPosition { damaged: true, .. } => {
                tr!(
                    lang,
                    "{path} has no readable position: its metadata is damaged",
                    "{path} 的元数据已损坏，读不出位置"
                )
            }
            Why::NoPosition { .. } => tr!(
                lang,
                "{path} does not say where it was taken",
                "{path} 没有位置信息"
            ),
            Why::NoAltitude { damaged: true, .. } => {
                tr!(
                    lang,
                    "{path} has no readable height above the ground: its XMP is damaged",
                    "{path} 的 XMP 已损坏，读不出离地高度"
                )
            }
            Why::NoAltitude { .. } => tr!(
                lang,
                "{path} does not say how high above the ground it was taken",
                "{path} 没有离地高度"
            ),
            Why::AbsurdAltitude { above_ground_m } => {
                tr!(
                    lang,
                    "{path} would have been taken {above_ground_m:.0} m above the ground",
                    "{path} 的离地高度为 {above_ground_m:.0} 米，不合理"
                )
            }
            Why::OffTerrain => tr!(
                lang,
                "the terrain model has no height where {path} was taken",
                "地形模型不包含 {path} 的拍摄位置"
            ),
            Why::NoFocalLength => tr!(
                lang,
                "{path} does not say its focal length",
                "{path} 没有焦距信息"
            ),
            Why::TooCoarse {
                gsd_cm,
                coarsest_cm,
            } => tr!(
                lang,
                "{path} has {gsd_cm:.1} cm a pixel at best, the model needs {coarsest_cm:.1} cm or finer",
                "{path} 的分辨率最高为 {gsd_cm:.1} 厘米/像素，模型要求 {coarsest_cm:.1} 厘米或更细"
            ),
            Why::TooOblique => tr!(
                lang,
                "{path} looks to the horizon: none of its ground can be placed",
                "{path} 朝向地平线，无法定位其中的地面"
            ),
            Why::Attitude(doubt) => doubted(lang, *doubt, &path.to_string()),
            Why::Panorama => tr!(
                lang,
                "{path} is a panorama, stitched out of several frames",
                "{path} 是拼接的全景图，不是单张照片"
            ),
            Why::OverEllipsoid => tr!(
                lang,
                "the height in {path} counts from the ellipsoid, that of the ground from the sea",
                "{path} 中的高度是椭球高，与地面海拔不是同一基准"
            ),
            Why::Band(Band::Thermal) => {
                tr!(lang, "{path} is a thermal image", "{path} 是热红外图像")
            }
            Why::Band(Band::Multispectral(name)) => {
                tr!(
                    lang,
                    "{path} shows a single band ({name})",
                    "{path} 是多光谱单波段图像（{name}）"
                )
            }
            Why::Band(Band::Colour) => tr!(lang, "{path} cannot be used", "{path} 无法使用"),
            Why::Defect(Defect::Blurred) => tr!(lang, "{path} is blurred", "{path} 模糊"),
            Why::Defect(Defect::Dark) => tr!(lang, "{path} is too dark", "{path} 过暗"),
            Why::Defect(Defect::Overexposed) => tr!(lang, "{path} is overexposed", "{path} 过曝"),
            Why::Defect(Defect::NearInfrared) => {
                tr!(
                    lang,
                    "{path} has the colours of a near-infrared camera",
                    "{path} 的颜色来自近红外改装相机"
                )
            }
        }
    }

    fn hint(&self, lang: Lang) -> Option<String> {
        Some(match &self.why {
            Why::Jpeg(_) | Why::Truncated | Why::Damaged => {
                tr!(lang, "copy it from the card again", "请从存储卡重新拷贝")
            }
            Why::NoPosition { .. } => tr!(
                lang,
                "give a list of positions (name, longitude, latitude, height, yaw, pitch, roll) with `--pos FILE`, or build an orthomosaic",
                "请用 `--pos 文件` 给出 POS 数据（照片名、经度、纬度、高度、偏航、俯仰、横滚），或先制作正射影像"
            ),
            Why::NoAltitude {
                above_sea: true, ..
            } => tr!(
                lang,
                "give the height of the ground above the sea in metres: `--ground-elevation 230`",
                "请给出地面海拔（米）:`--ground-elevation 230`"
            ),
            Why::NoAltitude { .. } => tr!(
                lang,
                "copy the originals from the card: editing or messaging programs drop the altitude",
                "请使用存储卡中的原图：经编辑或社交软件转发的照片会丢失高度"
            ),
            Why::AbsurdAltitude { .. } => tr!(
                lang,
                "check `--ground-elevation` and `--dem`; the altitude counts from the take-off point",
                "请检查 `--ground-elevation` 与 `--dem`；相对高度以起飞点为准"
            ),
            Why::OffTerrain => tr!(
                lang,
                "give a terrain model of the whole survey",
                "请提供覆盖整个测区的地形模型"
            ),
            Why::NoFocalLength => tr!(
                lang,
                "name the sensor's width in millimetres: `--sensor-width 6.17`",
                "请给出传感器宽度（毫米）:`--sensor-width 6.17`"
            ),
            Why::TooCoarse { .. } => tr!(
                lang,
                "fly lower, or search it all the same with `--allow-coarse`",
                "请降低飞行高度，或用 `--allow-coarse` 强制搜索"
            ),
            Why::TooOblique => tr!(
                lang,
                "point the camera straight down",
                "请将相机垂直向下拍摄"
            ),
            Why::Attitude(_) => tr!(
                lang,
                "give the original from the card; if the camera looked straight down, say so with `--looking-down`",
                "请使用存储卡中的原图；若确为垂直向下拍摄，请加 `--looking-down`"
            ),
            Why::OverEllipsoid => tr!(
                lang,
                "give the originals, which hold the height above take-off too",
                "请使用原图，其中还有相对起飞点的高度"
            ),
            Why::Grey | Why::Band(_) | Why::Defect(Defect::NearInfrared) => tr!(
                lang,
                "give the colour photos of the flight",
                "请提供同一航次的彩色照片"
            ),
            Why::TooLarge { .. } | Why::Defect(_) | Why::Panorama => return None,
        })
    }
}

/// Why it is not known where a camera looked, as a sentence.
fn doubted(lang: Lang, doubt: Doubt, path: &str) -> String {
    match doubt {
        Doubt::AllZero => tr!(
            lang,
            "all three angles of the gimbal in {path} are 0: they were not written, and where the camera looked is not known",
            "{path} 的云台三个角度都是 0，实为未写入，不知道相机朝向何处"
        ),
        Doubt::NoTilt => tr!(
            lang,
            "{path} does not say how far the camera was tilted",
            "{path} 没有相机俯仰角，不知道相机朝向何处"
        ),
        Doubt::Damaged => tr!(
            lang,
            "the XMP of {path} is damaged: how far the camera was tilted cannot be read",
            "{path} 的 XMP 已损坏，读不出相机俯仰角"
        ),
        Doubt::Ambiguous => tr!(
            lang,
            "the camera's angles in {path} may count from straight down or from the horizon: its maker is not known for either",
            "{path} 的相机角度可能从垂直向下起算，也可能从地平线起算，无法由厂家判定"
        ),
        Doubt::NoHeading => tr!(
            lang,
            "the camera was tilted in {path}, and nothing says to which side",
            "{path} 的相机有倾斜，但没有可信的方位角，不知道朝向哪一侧"
        ),
        Doubt::HandHeld => tr!(
            lang,
            "{path} was taken with a telephone: where it looked is not known",
            "{path} 是手机拍摄的，不知道镜头朝向何处"
        ),
    }
}

impl Say for SetAside {
    fn say(&self, lang: Lang) -> Said {
        Said {
            what: self.what(lang),
            hint: self.hint(lang),
        }
    }

    fn fault(&self) -> Fault {
        Fault::Input
    }
}
speaking_error!(SetAside);
