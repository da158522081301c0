//! Outcomes: Result-Code (RFC 6733 7.1) and the Experimental-Result of TS 29.338 7.3 and TS 29.329 6.2.

use crate::dictionary::{AvpId, VENDOR_3GPP};
use crate::wire::{Invalid, MessageView, MessageWriter};

/// A Result-Code of the base protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ResultCode(pub u32);

macro_rules! codes {
    ($of:ident: $($name:ident = $code:literal,)*) => {
        #[allow(missing_docs, reason = "the names are those of the standard and say it all")]
        impl $of {
            $(pub const $name: $of = $of($code);)*
        }
    };
}

codes! { ResultCode:
    SUCCESS = 2001,
    LIMITED_SUCCESS = 2002,
    COMMAND_UNSUPPORTED = 3001,
    UNABLE_TO_DELIVER = 3002,
    REALM_NOT_SERVED = 3003,
    TOO_BUSY = 3004,
    LOOP_DETECTED = 3005,
    REDIRECT_INDICATION = 3006,
    APPLICATION_UNSUPPORTED = 3007,
    INVALID_HDR_BITS = 3008,
    INVALID_AVP_BITS = 3009,
    UNKNOWN_PEER = 3010,
    AUTHENTICATION_REJECTED = 4001,
    OUT_OF_SPACE = 4002,
    ELECTION_LOST = 4003,
    AVP_UNSUPPORTED = 5001,
    UNKNOWN_SESSION_ID = 5002,
    AUTHORIZATION_REJECTED = 5003,
    INVALID_AVP_VALUE = 5004,
    MISSING_AVP = 5005,
    RESOURCES_EXCEEDED = 5006,
    CONTRADICTING_AVPS = 5007,
    AVP_NOT_ALLOWED = 5008,
    AVP_OCCURS_TOO_MANY_TIMES = 5009,
    NO_COMMON_APPLICATION = 5010,
    UNSUPPORTED_VERSION = 5011,
    UNABLE_TO_COMPLY = 5012,
    INVALID_BIT_IN_HEADER = 5013,
    INVALID_AVP_LENGTH = 5014,
    INVALID_MESSAGE_LENGTH = 5015,
    INVALID_AVP_BIT_COMBO = 5016,
    NO_COMMON_SECURITY = 5017,
}

impl ResultCode {
    /// 2xxx.
    pub fn is_success(self) -> bool {
        self.0 / 1000 == 2
    }

    /// 3xxx: the answer carries the E bit and need not have the form of its command.
    pub fn is_protocol_error(self) -> bool {
        self.0 / 1000 == 3
    }
}

/// An Experimental-Result-Code of 3GPP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Experimental(pub u32);

codes! { Experimental:
    USER_DATA_NOT_AVAILABLE = 4100,
    PRIOR_UPDATE_IN_PROGRESS = 4101,
    USER_UNKNOWN = 5001,
    IDENTITIES_DONT_MATCH = 5002,
    TOO_MUCH_DATA = 5008,
    FEATURE_UNSUPPORTED = 5011,
    USER_DATA_NOT_RECOGNIZED = 5100,
    OPERATION_NOT_ALLOWED = 5101,
    USER_DATA_CANNOT_BE_READ = 5102,
    USER_DATA_CANNOT_BE_MODIFIED = 5103,
    USER_DATA_CANNOT_BE_NOTIFIED = 5104,
    TRANSPARENT_DATA_OUT_OF_SYNC = 5105,
    SUBS_DATA_ABSENT = 5106,
    NO_SUBSCRIPTION_TO_DATA = 5107,
    DSAI_NOT_AVAILABLE = 5108,
    ABSENT_USER = 5550,
    USER_BUSY_FOR_MT_SMS = 5551,
    FACILITY_NOT_SUPPORTED = 5552,
    ILLEGAL_USER = 5553,
    ILLEGAL_EQUIPMENT = 5554,
    SM_DELIVERY_FAILURE = 5555,
    SERVICE_NOT_SUBSCRIBED = 5556,
    SERVICE_BARRED = 5557,
    MWD_LIST_FULL = 5558,
}

/// How a request ended. What it means for a message (again, elsewhere, never) is for the interworking to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// 2xxx.
    Success,
    /// Any other Result-Code.
    Result(u32),
    /// An Experimental-Result.
    Experimental {
        /// Whose code it is.
        vendor: u32,
        /// The code.
        code: u32,
    },
}

impl From<ResultCode> for Outcome {
    fn from(result: ResultCode) -> Self {
        if result.is_success() { Outcome::Success } else { Outcome::Result(result.0) }
    }
}

impl From<Experimental> for Outcome {
    fn from(code: Experimental) -> Self {
        Outcome::Experimental { vendor: VENDOR_3GPP, code: code.0 }
    }
}

impl Outcome {
    /// The outcome that an answer tells. One that tells two is taken at its more special word.
    pub fn read(answer: &MessageView<'_>) -> Result<Self, Invalid> {
        if let Some(group) = answer.find(AvpId::EXPERIMENTAL_RESULT) {
            let members = group.grouped()?;
            let need = |id| members.find(id).ok_or(Invalid::missing(id))?.u32();
            let code = need(AvpId::EXPERIMENTAL_RESULT_CODE)?;
            return Ok(Outcome::Experimental { vendor: need(AvpId::VENDOR_ID)?, code });
        }
        let result = answer.find(AvpId::RESULT_CODE).ok_or(Invalid::missing(AvpId::RESULT_CODE))?;
        Ok(ResultCode(result.u32()?).into())
    }

    /// Writes Result-Code or Experimental-Result.
    pub fn write(self, message: &mut MessageWriter<'_, '_>) {
        match self {
            Outcome::Success => message.avp_u32(AvpId::RESULT_CODE, ResultCode::SUCCESS.0),
            Outcome::Result(code) => message.avp_u32(AvpId::RESULT_CODE, code),
            Outcome::Experimental { vendor, code } => message.grouped(AvpId::EXPERIMENTAL_RESULT, |group| {
                group.avp_u32(AvpId::VENDOR_ID, vendor).avp_u32(AvpId::EXPERIMENTAL_RESULT_CODE, code);
            }),
        };
    }

    /// Is it 3xxx, which sets the E bit?
    pub fn is_protocol_error(self) -> bool {
        matches!(self, Outcome::Result(code) if ResultCode(code).is_protocol_error())
    }
}
