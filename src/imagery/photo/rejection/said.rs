//! Why a photo is set aside, in words: one function a family of reasons.

use super::cause::{HeightHelp, RejectionCause};
use crate::imagery::photo::jpeg::JpegError;
use crate::imagery::photo::metadata::{Band, Doubt, Position};
use crate::imagery::photo::quality::Defect;
use crate::words::{Action, Choice, Lang, Remedy, of_system, remedy_of_system};
use crate::{remedy, tr};
use std::path::{Display, Path};

/// What is wrong with the photo `path`.
pub(super) fn what(why: &RejectionCause, path: &Path, lang: Lang) -> String {
    let p = &path.display();
    match why {
        RejectionCause::Jpeg(error) => no_jpeg(error, p, lang),
        RejectionCause::NoPosition {
            position, damaged, ..
        } => no_position(*position, *damaged, p, lang),
        RejectionCause::NoAltitude { .. }
        | RejectionCause::AbsurdAltitude { .. }
        | RejectionCause::TwoHeights { .. }
        | RejectionCause::OffTerrain
        | RejectionCause::OverEllipsoid => no_height(why, p, lang),
        RejectionCause::TwoPlaces { metres } => tr!(
            lang,
            "{p} says two places, {metres:.0} m apart, in its EXIF and in its XMP",
            "{p} 的 EXIF 和 XMP 中的位置不一致，相距 {metres:.0} 米"
        ),
        RejectionCause::Antimeridian => tr!(
            lang,
            "{p} shows ground on both sides of the 180th meridian, which no map here can hold",
            "{p} 拍摄范围跨越 180 度经线，无法成图"
        ),
        RejectionCause::NoFocalLength => tr!(
            lang,
            "{p} does not say its focal length",
            "{p} 没有焦距信息"
        ),
        RejectionCause::TooCoarse {
            gsd_cm,
            coarsest_cm,
        } => tr!(
            lang,
            "{p} has {gsd_cm:.1} cm a pixel at best, the model needs {coarsest_cm:.1} cm or finer",
            "{p} 的分辨率最高为 {gsd_cm:.1} 厘米/像素，模型要求 {coarsest_cm:.1} 厘米或更细"
        ),
        RejectionCause::TooOblique => tr!(
            lang,
            "{p} looks to the horizon: none of its ground can be placed",
            "{p} 朝向地平线，无法定位其中的地面"
        ),
        RejectionCause::Attitude(doubt) => doubted(lang, *doubt, &p.to_string()),
        RejectionCause::Band(band) => no_colour_band(band, p, lang),
        RejectionCause::Defect(defect) => defective(*defect, p, lang),
        RejectionCause::Truncated
        | RejectionCause::Damaged
        | RejectionCause::TooLarge { .. }
        | RejectionCause::Grey
        | RejectionCause::Panorama => no_picture(why, p, lang),
    }
}

fn no_jpeg(error: &JpegError, p: &Display<'_>, lang: Lang) -> String {
    match error {
        JpegError::Empty => tr!(lang, "{p} is empty", "{p} 是空文件"),
        JpegError::NotJpeg {
            looks_like: Some(kind),
        } => tr!(
            lang,
            "{p} is named like a JPEG but is {kind}",
            "{p} 的扩展名是 JPEG，实际是 {kind}"
        ),
        JpegError::NotJpeg { looks_like: None } => tr!(
            lang,
            "{p} is named like a JPEG but is none",
            "{p} 的扩展名是 JPEG，但不是 JPEG 文件"
        ),
        JpegError::Broken => tr!(lang, "the header of {p} is damaged", "{p} 的文件头已损坏"),
        JpegError::Io(e) => tr!(
            lang,
            "{p} cannot be read: {why}",
            "无法读取 {p}：{why}",
            why = of_system(e, lang),
        ),
    }
}

fn no_picture(why: &RejectionCause, p: &Display<'_>, lang: Lang) -> String {
    match why {
        RejectionCause::Truncated => tr!(
            lang,
            "{p} is cut off before its picture ends",
            "{p} 不完整，图像在中途被截断"
        ),
        RejectionCause::TooLarge { megapixels } => tr!(
            lang,
            "{p} has {megapixels:.0} megapixels, more than any drone's photo",
            "{p} 有 {megapixels:.0} 百万像素，超出无人机照片的范围"
        ),
        RejectionCause::Grey => tr!(lang, "{p} has no colours", "{p} 没有颜色（灰度图）"),
        RejectionCause::Panorama => tr!(
            lang,
            "{p} is a panorama, stitched out of several frames",
            "{p} 是拼接的全景图，不是单张照片"
        ),
        _ => tr!(
            lang,
            "the picture in {p} is damaged",
            "{p} 的图像数据已损坏"
        ),
    }
}

fn no_position(position: Position, damaged: bool, p: &Display<'_>, lang: Lang) -> String {
    match position {
        Position::NullIsland => tr!(
            lang,
            "{p} says 0°, 0°: the drone had no satellite fix",
            "{p} 的位置是 0°, 0°：拍摄时没有卫星定位"
        ),
        Position::Absurd => tr!(
            lang,
            "the position in {p} is no place on Earth",
            "{p} 中的坐标超出经纬度范围"
        ),
        Position::Unreadable => tr!(
            lang,
            "the position in {p} cannot be read: a part of its degrees, minutes and seconds is no number",
            "{p} 中的位置读不出：度、分、秒有一项不是数"
        ),
        Position::OtherSystem => tr!(
            lang,
            "the position in {p} is of another coordinate system than WGS 84, as it says itself",
            "{p} 自注其坐标不是 WGS 84 坐标系的"
        ),
        Position::Missing | Position::At(_) if damaged => tr!(
            lang,
            "{p} has no readable position: its metadata is damaged",
            "{p} 的元数据已损坏，读不出位置"
        ),
        Position::Missing | Position::At(_) => tr!(
            lang,
            "{p} does not say where it was taken",
            "{p} 没有位置信息"
        ),
    }
}

fn no_height(why: &RejectionCause, p: &Display<'_>, lang: Lang) -> String {
    match why {
        RejectionCause::NoAltitude { damaged: true, .. } => tr!(
            lang,
            "{p} has no readable height above the ground: its XMP is damaged",
            "{p} 的 XMP 已损坏，读不出离地高度"
        ),
        RejectionCause::AbsurdAltitude { above_ground_m, .. } => tr!(
            lang,
            "{p} would have been taken {above_ground_m:.0} m above the ground",
            "{p} 的离地高度为 {above_ground_m:.0} 米，不合理"
        ),
        RejectionCause::TwoHeights { metres } => tr!(
            lang,
            "the heights in {p} contradict one another by {metres:.0} m: no ground lies in its frame by both",
            "{p} 中的高度相互矛盾，相差 {metres:.0} 米，无法确定拍到了哪些地面"
        ),
        RejectionCause::OffTerrain => tr!(
            lang,
            "the terrain model has no height where {p} was taken",
            "地形模型不包含 {p} 的拍摄位置"
        ),
        RejectionCause::OverEllipsoid => tr!(
            lang,
            "the height in {p} counts from the ellipsoid, that of the ground from the sea",
            "{p} 中的高度是椭球高，与地面海拔不是同一基准"
        ),
        _ => tr!(
            lang,
            "{p} does not say how high above the ground it was taken",
            "{p} 没有离地高度"
        ),
    }
}

fn no_colour_band(band: &Band, p: &Display<'_>, lang: Lang) -> String {
    match band {
        Band::Thermal => tr!(lang, "{p} is a thermal image", "{p} 是热红外图像"),
        Band::Multispectral(name) => tr!(
            lang,
            "{p} shows a single band ({name})",
            "{p} 是多光谱单波段图像（{name}）"
        ),
        Band::Colour => tr!(lang, "{p} cannot be used", "{p} 无法使用"),
    }
}

fn defective(defect: Defect, p: &Display<'_>, lang: Lang) -> String {
    match defect {
        Defect::Blurred => tr!(lang, "{p} is blurred", "{p} 模糊"),
        Defect::Dark => tr!(lang, "{p} is too dark", "{p} 过暗"),
        Defect::Overexposed => tr!(lang, "{p} is overexposed", "{p} 过曝"),
        Defect::NearInfrared => tr!(
            lang,
            "{p} has the colours of a near-infrared camera",
            "{p} 的颜色来自近红外改装相机"
        ),
        Defect::Colourless => tr!(
            lang,
            "{p} is black and white: a thermal image, or one taken at night",
            "{p} 是黑白图像：可能是热红外或夜视图像"
        ),
        Defect::Palette => tr!(
            lang,
            "{p} shows temperatures in false colours: a thermal image",
            "{p} 是用伪彩色表示温度的热红外图像"
        ),
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
        Doubt::UnclearList => tr!(
            lang,
            "the angles of {path} in the list of positions may count from straight down or from the horizon: its lines are of neither kind alone",
            "POS 列表中 {path} 的角度可能从垂直向下起算，也可能从地平线起算：各行不属于同一种"
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

/// What can be done, where anything can.
pub(super) fn remedy(why: &RejectionCause, lang: Lang) -> Option<Remedy> {
    let plain = |english, chinese| Some(Remedy::from(lang.pick(english, chinese)));
    match why {
        RejectionCause::Jpeg(JpegError::Io(e)) if remedy_of_system(e, lang).is_some() => {
            remedy_of_system(e, lang)
        }
        RejectionCause::Jpeg(_) | RejectionCause::Truncated | RejectionCause::Damaged => {
            plain("copy it from the card again", "请从存储卡重新拷贝")
        }
        RejectionCause::NoPosition { .. } | RejectionCause::TwoPlaces { .. } => Some(remedy!(
            lang,
            "give a list of positions (name, longitude, latitude, height, yaw, pitch, roll) with {positions}, or build an orthomosaic",
            "请用 {positions} 给出 POS 数据（照片名、经度、纬度、高度、偏航、俯仰、横滚），或先制作正射影像",
            positions = Action::Again(Choice::Positions),
        )),
        RejectionCause::NoAltitude { .. }
        | RejectionCause::AbsurdAltitude { .. }
        | RejectionCause::TwoHeights { .. }
        | RejectionCause::OffTerrain
        | RejectionCause::OverEllipsoid => Some(for_the_height(why, lang)),
        RejectionCause::NoFocalLength => Some(remedy!(
            lang,
            "name the sensor's width in millimetres: {width}",
            "请给出传感器宽度（毫米）：{width}",
            width = Action::Again(Choice::SensorWidth),
        )),
        RejectionCause::TooCoarse { .. } => Some(remedy!(
            lang,
            "fly lower, or search it all the same with {coarse}",
            "请降低飞行高度，或用 {coarse} 强制搜索",
            coarse = Action::Again(Choice::AllowCoarse),
        )),
        RejectionCause::TooOblique => {
            plain("point the camera straight down", "请将相机垂直向下拍摄")
        }
        RejectionCause::Attitude(doubt) => Some(for_the_attitude(*doubt, lang)),
        RejectionCause::Grey
        | RejectionCause::Band(_)
        | RejectionCause::Defect(Defect::NearInfrared | Defect::Colourless | Defect::Palette) => {
            plain(
                "give the colour photos of the flight",
                "请提供同一航次的彩色照片",
            )
        }
        RejectionCause::TooLarge { .. }
        | RejectionCause::Defect(_)
        | RejectionCause::Panorama
        | RejectionCause::Antimeridian => None,
    }
}

fn for_the_attitude(doubt: Doubt, lang: Lang) -> Remedy {
    let down = Action::Again(Choice::LookingDown);
    match doubt {
        Doubt::HandHeld => lang
            .pick(
                "give the photos that the drone took",
                "请提供无人机拍摄的照片",
            )
            .into(),
        Doubt::UnclearList => remedy!(
            lang,
            "let all of its pitches count from the horizon (-90 is straight down), or all from straight down (0); if the camera looked straight down, say so with {down}",
            "请将列表中的俯仰角统一为从地平线起算（-90 为垂直向下）或统一为从垂直向下起算（0）；若确为垂直向下拍摄，请加 {down}",
            down = down,
        ),
        _ => remedy!(
            lang,
            "give the original from the card; if the camera looked straight down, say so with {down}",
            "请使用存储卡中的原图；若确为垂直向下拍摄，请加 {down}",
            down = down,
        ),
    }
}

fn for_the_height(why: &RejectionCause, lang: Lang) -> Remedy {
    match why {
        RejectionCause::NoAltitude {
            above_sea: true, ..
        }
        | RejectionCause::AbsurdAltitude {
            ground: HeightHelp::Elevation,
            ..
        } => remedy!(
            lang,
            "give the height of the ground above the sea in metres: {height}",
            "请给出地面海拔（米）：{height}",
            height = Action::Again(Choice::GroundElevation),
        ),
        RejectionCause::NoAltitude { .. } => lang
            .pick(
                "copy the originals from the card: editing or messaging programs drop the altitude",
                "请使用存储卡中的原图：经编辑或社交软件转发的照片会丢失高度",
            )
            .into(),
        RejectionCause::AbsurdAltitude {
            ground: HeightHelp::Nothing,
            ..
        } => lang
            .pick(
                "its height above take-off was not written; give the originals from the card, or photos with a height",
                "照片未写入有效的相对高度；请使用存储卡中的原图或含有高度的照片",
            )
            .into(),
        RejectionCause::AbsurdAltitude { .. } | RejectionCause::TwoHeights { .. } => lang
            .pick(
                "check the ground's elevation or the terrain model that were given; the altitude counts from the take-off point",
                "请检查所给的地面海拔或地形模型；相对高度以起飞点为准",
            )
            .into(),
        RejectionCause::OffTerrain => lang
            .pick(
                "give a terrain model of the whole survey",
                "请提供覆盖整个测区的地形模型",
            )
            .into(),
        _ => lang
            .pick(
                "give the height above take-off or above the sea: the originals hold the former, a list of positions may hold either",
                "请给出相对起飞点的高度或海拔：原图中有相对高度，POS 列表中可写任一种",
            )
            .into(),
    }
}
