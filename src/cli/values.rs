//! Values of options: a word of the command line becomes what it stands for, or is refused in two languages.

use crate::files::is_in_bucket;
use crate::scan::Device;
use std::path::PathBuf;

/// A time zone, by name or offset.
pub(super) fn timezone(text: &str) -> Result<String, String> {
    let offset = jiff::fmt::strtime::parse("%:z", text).is_ok();
    if offset || jiff::tz::TimeZone::get(text).is_ok() {
        Ok(text.to_owned())
    } else {
        Err("give a zone such as Asia/Shanghai or an offset such as +08:00 请填时区，如 Asia/Shanghai 或 +08:00".into())
    }
}

/// A folder of this machine.
pub(super) fn folder(text: &str) -> Result<PathBuf, String> {
    let named = PathBuf::from(text);
    if is_in_bucket(&named) {
        return Err("results go into a folder of this machine 结果须写入本机文件夹".into());
    }
    Ok(named)
}

/// Where a model runs.
pub(super) fn device(text: &str) -> Result<Device, String> {
    match text {
        "cpu" => Ok(Device::Cpu),
        "cuda" => Ok(Device::Cuda),
        _ => Err("the devices are cpu and cuda 可选值：cpu、cuda".into()),
    }
}

/// Parameters from an old datum to WGS 84.
pub(super) fn shift(text: &str) -> Result<[f64; 7], String> {
    let numbers: Vec<f64> = text
        .split([',', '，'])
        .filter_map(|n| n.trim().parse().ok())
        .filter(|n: &f64| n.abs() < 10_000.0)
        .collect();
    let all = match numbers.as_slice() {
        [x, y, z] => [*x, *y, *z, 0.0, 0.0, 0.0, 0.0],
        [x, y, z, rx, ry, rz, s] => [*x, *y, *z, *rx, *ry, *rz, *s],
        _ => return Err("give three numbers, or seven: 15.8,-154.4,-82.3 请填三个或七个数，如 15.8,-154.4,-82.3".into()),
    };
    Ok(all)
}

/// Numbers of the red, green and blue band.
pub(super) fn bands(text: &str) -> Result<[usize; 3], String> {
    let numbers: Vec<usize> = text
        .split(',')
        .filter_map(|n| n.trim().parse().ok())
        .filter(|n| *n > 0)
        .collect();
    <[usize; 3]>::try_from(numbers)
        .map_err(|_ignored| "give three band numbers from 1, red first: 3,2,1 请填三个波段号（从 1 起，红波段在先），如 3,2,1".into())
}
