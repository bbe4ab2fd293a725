//! What was flown: orthomosaics and photos, their pixels, their place and their date.

pub mod photo;
