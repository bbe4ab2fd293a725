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
    assert_eq!(of(60, 180), Some(Defect::Colourless));
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

/// A picture of smooth hills of one value, shown as the colours that `of` gives to it.
fn hills(width: u32, height: u32, of: impl Fn(f64) -> [u8; 3]) -> Vec<u8> {
    (0..height)
        .flat_map(|y| (0..width).map(move |x| (f64::from(x), f64::from(y))))
        .flat_map(|(x, y)| {
            let value =
                0.5 + 0.3 * (x / 70.0).sin() * (y / 50.0).cos() + 0.2 * (x / 9.0 + y / 13.0).sin();
            of(value.clamp(0.0, 1.0))
        })
        .collect()
}

#[test]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "shares of one"
)]
fn frames_of_heat_are_known_by_their_palette_and_colourful_photos_are_none() {
    let byte = |v: f64| (v.clamp(0.0, 1.0) * 255.0) as u8;
    let grey = |v: f64| [byte(v); 3];
    let rainbow = |v: f64| {
        let of = |middle: f64| byte(1.5 - (4.0 * v - middle).abs());
        [of(3.0), of(2.0), of(1.0)]
    };
    let iron = |v: f64| {
        [
            byte(v.sqrt()),
            byte(v.powi(3)),
            byte((2.0 * std::f64::consts::PI * v).sin()),
        ]
    };
    for (width, height) in [(640, 512), (500, 430), (960, 720)] {
        let of = |palette: &dyn Fn(f64) -> [u8; 3]| {
            let pixels = hills(width, height, palette);
            // As a JPEG holds it.
            let mut bytes = Vec::new();
            image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 85)
                .encode(&pixels, width, height, image::ExtendedColorType::Rgb8)
                .expect("encoded");
            let image = image::load_from_memory(&bytes)
                .expect("decoded")
                .into_rgb8();
            measure(&image, width, height).defect()
        };
        assert_eq!(of(&grey), Some(Defect::Colourless));
        assert_eq!(of(&rainbow), Some(Defect::Palette));
        assert_eq!(of(&iron), Some(Defect::Palette));
    }
    // Fields in bloom, roofs and a reservoir, all as large as each other, each with its light and shade.
    let colours = [
        [220, 190, 40],
        [60, 110, 50],
        [150, 60, 50],
        [60, 100, 190],
        [140, 120, 100],
    ];
    let mut state = 1_u32;
    let mut random = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(state >> 16) / 65_536.0
    };
    let mut photo = Vec::new();
    for y in 0..512_usize {
        for x in 0..640_usize {
            let base: [u8; 3] = colours[(x / 40 + 3 * (y / 40)) % colours.len()];
            let light = 0.45 + 0.75 * random();
            photo
                .extend(base.map(|v| byte(f64::from(v) / 255.0 * light + 0.08 * (random() - 0.5))));
        }
    }
    assert_eq!(measure(&photo, 640, 512).defect(), None);
}
