//! Invented names, addresses and words, from the `fake` crate (English).

use fake::Fake as _;
use fake::faker::{address::en as address, company::en as company, internet::en as internet, job::en as job};
use fake::faker::{lorem::en as lorem, name::en as name, phone_number::en as phone};

use super::draw::Draw;

macro_rules! fakes {
    ($($(#[$doc:meta])* $variant:ident $text:literal => |$draw:ident| $make:expr;)+) => {
        /// What to invent.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Fake {
            $($(#[$doc])* $variant,)+
        }

        impl Fake {
            /// Every one of them, in the order of this list.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// Its name in TOML.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// Invents one.
            pub(super) fn invent(self, draw: &mut Draw) -> String {
                match self { $(Self::$variant => { let $draw = draw; $make })+ }
            }
        }
    };
}

fakes! {
    /// A first and a last name, at times with a title.
    Name "name" => |draw| name::Name().fake_with_rng(draw);
    /// A first name.
    FirstName "first_name" => |draw| name::FirstName().fake_with_rng(draw);
    /// A last name.
    LastName "last_name" => |draw| name::LastName().fake_with_rng(draw);
    /// A company's name.
    Company "company" => |draw| company::CompanyName().fake_with_rng(draw);
    /// An industry.
    Industry "industry" => |draw| company::Industry().fake_with_rng(draw);
    /// A slogan.
    Slogan "slogan" => |draw| company::CatchPhrase().fake_with_rng(draw);
    /// A position at work.
    Job "job" => |draw| job::Title().fake_with_rng(draw);
    /// An address at `example.com`, `.org` or `.net`, where no mail arrives.
    Email "email" => |draw| internet::SafeEmail().fake_with_rng(draw);
    /// A user's name.
    Username "username" => |draw| internet::Username().fake_with_rng(draw);
    /// An IPv4 address.
    Ipv4 "ipv4" => |draw| internet::IPv4().fake_with_rng(draw);
    /// An IPv6 address.
    Ipv6 "ipv6" => |draw| internet::IPv6().fake_with_rng(draw);
    /// A browser's name for itself.
    UserAgent "user_agent" => |draw| internet::UserAgent().fake_with_rng(draw);
    /// A telephone number.
    Phone "phone" => |draw| phone::PhoneNumber().fake_with_rng(draw);
    /// A city.
    City "city" => |draw| address::CityName().fake_with_rng(draw);
    /// A street.
    Street "street" => |draw| address::StreetName().fake_with_rng(draw);
    /// A building's number.
    BuildingNumber "building_number" => |draw| address::BuildingNumber().fake_with_rng(draw);
    /// A postal code.
    PostCode "post_code" => |draw| address::PostCode().fake_with_rng(draw);
    /// A state's name.
    State "state" => |draw| address::StateName().fake_with_rng(draw);
    /// A country's name.
    Country "country" => |draw| address::CountryName().fake_with_rng(draw);
    /// A country's code of two letters.
    CountryCode "country_code" => |draw| address::CountryCode().fake_with_rng(draw);
    /// A word.
    Word "word" => |draw| lorem::Word().fake_with_rng(draw);
    /// Four to nine words and a full stop.
    Sentence "sentence" => |draw| lorem::Sentence(4..10).fake_with_rng(draw);
    /// Three to six sentences.
    Paragraph "paragraph" => |draw| lorem::Paragraph(3..7).fake_with_rng(draw);
}

impl Fake {
    /// The one with this name.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|fake| fake.name() == name)
    }

    /// The one whose name is nearest to `name`, if one is near.
    pub(super) fn nearest(name: &str) -> Option<Self> {
        let distance = |fake: &Self| strsim::damerau_levenshtein(fake.name(), name);
        Self::ALL.iter().copied().min_by_key(distance).filter(|fake| distance(fake) <= 3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fake_has_a_name_of_its_own_and_invents_the_same_twice() {
        for &fake in Fake::ALL {
            assert_eq!(Fake::by_name(fake.name()), Some(fake));
            let texts: Vec<String> = (0..20).map(|row| fake.invent(&mut Draw::of_cell(2024, row))).collect();
            let again: Vec<String> = (0..20).map(|row| fake.invent(&mut Draw::of_cell(2024, row))).collect();
            assert_eq!(texts, again);
            assert!(texts.iter().all(|text| !text.is_empty()), "{fake:?}: {texts:?}");
            assert!(texts.iter().any(|text| Some(text) != texts.first()), "{fake:?} says the same always");
        }
        assert_eq!(Fake::nearest("frist_name"), Some(Fake::FirstName));
    }
}
