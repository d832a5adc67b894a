//! The domain's ids as both databases keep them: 64-bit integers.

use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::{Database, Decode, Encode, Type};

use crate::domain::{LeadNumber, OpportunityNumber, PersonId, RefusalNumber, TeamId};

/// Lets a newtype over `i64` be bound and read wherever an `i64` can.
macro_rules! stored_as_integer {
    ($($id:ty),*) => {$(
        impl<D: Database> Type<D> for $id
        where
            i64: Type<D>,
        {
            fn type_info() -> D::TypeInfo {
                i64::type_info()
            }

            fn compatible(info: &D::TypeInfo) -> bool {
                i64::compatible(info)
            }
        }

        impl<'q, D: Database> Encode<'q, D> for $id
        where
            i64: Encode<'q, D>,
        {
            fn encode_by_ref(&self, buffer: &mut D::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
                self.0.encode_by_ref(buffer)
            }
        }

        impl<'r, D: Database> Decode<'r, D> for $id
        where
            i64: Decode<'r, D>,
        {
            fn decode(value: D::ValueRef<'r>) -> Result<Self, BoxDynError> {
                i64::decode(value).map(Self)
            }
        }
    )*};
}

stored_as_integer!(LeadNumber, OpportunityNumber, PersonId, RefusalNumber, TeamId);
