//! Made photos, real ones, and real ones spoilt.

use super::*;

fn speckle(side: u32, low: u8, high: u8) -> Vec<u8> {
    let mut state = 1_u32;
    (0..side * side)
        .flat_map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let span = u32::from(high - low).max(1);
            let v = low + u8::try_from((state >> 16) % span).expect("a byte");
            [v, v, v]
        })
        .collect()
}

fn smeared(rgb: &[u8], width: u32, height: u32, length: usize) -> Vec<u8> {
    let row = width as usize * 3;
    let mut out = rgb.to_vec();
    for y in 0..height as usize {
        for x in 0..row {
            let sum: usize = (0..length)
                .map(|k| usize::from(rgb[y * row + (x + 3 * k).min(row - 3 + x % 3)]))
                .sum();
            out[y * row + x] = u8::try_from(sum / length).expect("a mean of bytes");
        }
    }
    out
}

#[test]
fn darkness_glare_and_plain_grey_are_told_apart() {
    let of = |low, high| measure(&speckle(300, low, high), 300, 300).defect();
    assert_eq!(of(0, 6), Some(Defect::Dark));
    assert_eq!(of(251, 255), Some(Defect::Overexposed));
    assert_eq!(of(60, 180), None);
    // A field of one colour has nothing to judge sharpness by, and is not blamed.
    assert_eq!(of(90, 91), None);
}

#[test]
fn magenta_fields_are_infrared_and_red_soil_is_not() {
    let flat = |r: u8, g: u8, b: u8| measure(&[r, g, b].repeat(200 * 200), 200, 200).defect();
    assert_eq!(flat(150, 120, 160), Some(Defect::NearInfrared));
    assert_eq!(flat(180, 100, 60), None);
    assert_eq!(flat(80, 130, 60), None);
}

#[test]
fn real_photos_are_judged_as_eyes_judge_them() {
    let folder = super::super::shared_data().join("photos");
    if !folder.exists() {
        println!("skipped: no shared photos at {}", folder.display());
        return;
    }
    let load = |name: &str| {
        let image = image::open(folder.join(name)).expect("decoded");
        // The middle: the whole would take a minute without optimisation.
        let image = image
            .crop_imm(image.width() / 2 - 400, image.height() / 2 - 400, 800, 800)
            .to_rgb8();
        let (w, h) = image.dimensions();
        (image.into_raw(), w, h)
    };
    let mut wrong = Vec::new();
    for name in [
        "brighton_beach/DJI_0018.JPG",
        "brighton_beach/DJI_0024.JPG",
        "brighton_beach/DJI_0030.JPG",
        "caliterra/IMG_9354.jpg",
        "caliterra/IMG_9365.jpg",
        "boruszyn/img_4873.jpg",
    ] {
        let (rgb, w, h) = load(name);
        let sharp = measure(&rgb, w, h);
        let mild = measure(&smeared(&rgb, w, h, 8), w, h);
        let blurred = measure(&smeared(&rgb, w, h, 30), w, h);
        println!(
            "{name}: {sharp:?} smeared by 8 {:.6} by 30 {:.6}",
            mild.sharpness, blurred.sharpness
        );
        if sharp.defect().is_some() {
            wrong.push(format!("{name}: {:?}", sharp.defect()));
        }
        if blurred.defect() != Some(Defect::Blurred) {
            wrong.push(format!("{name} smeared: {:?}", blurred.defect()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
    for name in ["seneca_nir/IMG_0446.jpg", "seneca_nir/IMG_0460.jpg"] {
        let whole = image::open(folder.join(name))
            .expect("decoded")
            .thumbnail(900, 900)
            .to_rgb8();
        let (w, h) = whole.dimensions();
        assert_eq!(
            measure(&whole, w, h).defect(),
            Some(Defect::NearInfrared),
            "{name}"
        );
    }
}
