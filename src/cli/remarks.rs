//! What a pilot should know of the photos of a scan, as lines for people.

use super::talk;
use crate::imagery::photo::Remark;
use crate::tr;
use crate::words::Lang;
use std::collections::BTreeMap;

/// How many photos of which the same is to be known are named.
const NAMED: usize = 5;

/// What is to be known of the flight: of each kind the first few photos by name, and how many more there are.
pub(super) fn people(all: &[(String, Remark)], lang: Lang) {
    let mut kinds: BTreeMap<&str, Vec<&(String, Remark)>> = BTreeMap::new();
    for remark in all {
        kinds.entry(remark.1.name().0).or_default().push(remark);
    }
    for photos in kinds.into_values() {
        let (named, further) = photos.split_at(NAMED.min(photos.len()));
        for (name, remark) in named {
            talk::data(&tr!(
                lang,
                "flight        {name}: {}",
                "航次      {name}：{}",
                words(*remark, lang)
            ));
        }
        if !further.is_empty() {
            let (further, like) = (further.len(), &named[0].0);
            talk::data(&tr!(
                lang,
                "flight        {photos}, as {like}",
                "航次      另有 {further} 张照片与 {like} 情况相同",
                photos = (further, "further photo", "further photos"),
            ));
        }
    }
}

fn words(remark: Remark, lang: Lang) -> String {
    match remark {
        Remark::Duplicate { .. } => tr!(
            lang,
            "the same as another photo, not searched twice",
            "与另一张照片是同一次拍摄，不重复搜索"
        ),
        Remark::Turned { .. } | Remark::Oriented { .. } | Remark::QuarterTurned { .. } => {
            turned(remark, lang).to_owned()
        }
        Remark::ClockJump { seconds, .. } => tr!(
            lang,
            "the clock went back by {seconds:.0} s",
            "相机时钟倒退 {seconds:.0} 秒"
        ),
        Remark::PositionJump { metres, .. } => tr!(
            lang,
            "{metres:.0} m from the photo before, faster than a drone flies",
            "与前一张相距 {metres:.0} 米，超出无人机速度"
        ),
        Remark::BelowSea { altitude_m, .. } => tr!(
            lang,
            "{altitude_m:.0} m above the sea",
            "海拔 {altitude_m:.0} 米，低于海平面"
        ),
        Remark::OutsideBoundary { .. } => tr!(
            lang,
            "all of it lies outside the boundary",
            "全部位于边界之外"
        ),
        Remark::HeightsApart { metres, .. } => tr!(
            lang,
            "its heights contradict one another by {:.0} m; the stated error allows for it",
            "高度互相矛盾，相差 {:.0} 米；位置误差已计入",
            metres.abs()
        ),
        Remark::HeadingsApart { degrees, .. } => tr!(
            lang,
            "the camera's heading and the drone's, as it says or as it flew, are {degrees:.0}° apart; the stated error allows for it",
            "相机方位角与机头方向（或航线方向）相差 {degrees:.0}°；位置误差已计入"
        ),
        Remark::PlacesApart { metres, .. } => tr!(
            lang,
            "EXIF and XMP say places {metres:.0} m apart; the stated error allows for it",
            "EXIF 与 XMP 的位置相差 {metres:.0} 米；位置误差已计入"
        ),
        Remark::XmpDamaged { .. } => tr!(
            lang,
            "a part of its XMP could not be read",
            "XMP 有一部分读不出"
        ),
        Remark::BelowTakeOff { altitude_m, .. } => tr!(
            lang,
            "{altitude_m:.0} m above take-off",
            "相对起飞点高度 {altitude_m:.0} 米"
        ),
    }
}

/// How a picture was turned, and what that means for its place.
fn turned(remark: Remark, lang: Lang) -> &'static str {
    match remark {
        Remark::Turned { .. } => lang.pick(
            "a picture viewer saved it upside down; it is placed accordingly",
            "被看图软件上下颠倒保存，已按此定位"
        ),
        Remark::Oriented { degrees, .. } if degrees > 0.0 => lang.pick(
            "its orientation tag asks to have it turned, and it tells no roll: only the middle of it is searched, and the stated error allows for it",
            "照片带有旋转标记（Orientation），又没有云台横滚角：只搜索画面中部，位置误差已计入"
        ),
        Remark::Oriented { .. } => lang.pick(
            "its orientation tag asks viewers to turn it; it is placed by its pixels as they are stored",
            "照片带有旋转标记（Orientation），只影响看图显示；定位按照片原始像素"
        ),
        _ => lang.pick(
            "a program turned it by a quarter, nobody knows to which side: only the middle of it is searched; take it from the card again",
            "照片曾被软件旋转 90°，方向不明：只搜索画面中部；请从存储卡重新复制原片"
        ),
    }
}
