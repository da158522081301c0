//! The AVPs that we know: RFC 6733, TS 29.338, TS 29.329, and those of TS 29.229, 29.272 and 29.336 that they borrow.
//!
//! The M bit here is the one that we send. On receipt it is the sender's own word and decides one thing only:
//! whether an AVP that is not in this table may be ignored.

/// Code and vendor of an AVP: only both together name one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AvpId {
    /// The code.
    pub code: u32,
    /// The vendor; 0 is the IETF, whose AVPs carry no vendor field.
    pub vendor: u32,
}

/// The data types of RFC 6733 4.2 and 4.3.
#[allow(missing_docs, reason = "the names are those of the standard")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataType {
    OctetString,
    Unsigned32,
    Unsigned64,
    Enumerated,
    Time,
    Address,
    Utf8String,
    DiameterIdentity,
    DiameterUri,
    Grouped,
}

impl DataType {
    /// Octets of the shortest value: how many zeros stand in for one in Failed-AVP.
    pub fn octets_min(self) -> usize {
        match self {
            DataType::Unsigned32 | DataType::Enumerated | DataType::Time => 4,
            DataType::Unsigned64 => 8,
            DataType::Address => 6,
            _ => 0,
        }
    }
}

/// One line of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Code and vendor.
    pub id: AvpId,
    /// Its type.
    pub kind: DataType,
    /// Do we send it with the M bit?
    pub is_mandatory: bool,
    /// The name in its specification.
    pub name: &'static str,
}

/// The IETF's.
pub const VENDOR_IETF: u32 = 0;
/// 3GPP's.
pub const VENDOR_3GPP: u32 = 10_415;

const MUST: bool = true;
const MAY: bool = false;

macro_rules! dictionary {
    ($($vendor:ident $code:literal $name:ident $kind:ident $mandatory:ident $text:literal;)*) => {
        impl AvpId {
            $(#[doc = $text] pub const $name: AvpId = AvpId { code: $code, vendor: $vendor };)*
        }

        /// The whole table.
        pub const DICTIONARY: &[Entry] = &[
            $(Entry { id: AvpId::$name, kind: DataType::$kind, is_mandatory: $mandatory, name: $text },)*
        ];

        /// The line of `id`.
        #[inline]
        pub fn entry(id: AvpId) -> Option<&'static Entry> {
            match (id.vendor, id.code) {
                $(($vendor, $code) => Some(const {
                    &Entry { id: AvpId::$name, kind: DataType::$kind, is_mandatory: $mandatory, name: $text }
                }),)*
                _ => None,
            }
        }
    };
}

dictionary! {
    VENDOR_IETF 1 USER_NAME Utf8String MUST "User-Name";
    VENDOR_IETF 33 PROXY_STATE OctetString MUST "Proxy-State";
    VENDOR_IETF 55 EVENT_TIMESTAMP Time MUST "Event-Timestamp";
    VENDOR_IETF 257 HOST_IP_ADDRESS Address MUST "Host-IP-Address";
    VENDOR_IETF 258 AUTH_APPLICATION_ID Unsigned32 MUST "Auth-Application-Id";
    VENDOR_IETF 259 ACCT_APPLICATION_ID Unsigned32 MUST "Acct-Application-Id";
    VENDOR_IETF 260 VENDOR_SPECIFIC_APPLICATION_ID Grouped MUST "Vendor-Specific-Application-Id";
    VENDOR_IETF 261 REDIRECT_HOST_USAGE Enumerated MUST "Redirect-Host-Usage";
    VENDOR_IETF 262 REDIRECT_MAX_CACHE_TIME Unsigned32 MUST "Redirect-Max-Cache-Time";
    VENDOR_IETF 263 SESSION_ID Utf8String MUST "Session-Id";
    VENDOR_IETF 264 ORIGIN_HOST DiameterIdentity MUST "Origin-Host";
    VENDOR_IETF 265 SUPPORTED_VENDOR_ID Unsigned32 MUST "Supported-Vendor-Id";
    VENDOR_IETF 266 VENDOR_ID Unsigned32 MUST "Vendor-Id";
    VENDOR_IETF 267 FIRMWARE_REVISION Unsigned32 MAY "Firmware-Revision";
    VENDOR_IETF 268 RESULT_CODE Unsigned32 MUST "Result-Code";
    VENDOR_IETF 269 PRODUCT_NAME Utf8String MAY "Product-Name";
    VENDOR_IETF 273 DISCONNECT_CAUSE Enumerated MUST "Disconnect-Cause";
    VENDOR_IETF 277 AUTH_SESSION_STATE Enumerated MUST "Auth-Session-State";
    VENDOR_IETF 278 ORIGIN_STATE_ID Unsigned32 MUST "Origin-State-Id";
    VENDOR_IETF 279 FAILED_AVP Grouped MUST "Failed-AVP";
    VENDOR_IETF 280 PROXY_HOST DiameterIdentity MUST "Proxy-Host";
    VENDOR_IETF 281 ERROR_MESSAGE Utf8String MAY "Error-Message";
    VENDOR_IETF 282 ROUTE_RECORD DiameterIdentity MUST "Route-Record";
    VENDOR_IETF 283 DESTINATION_REALM DiameterIdentity MUST "Destination-Realm";
    VENDOR_IETF 284 PROXY_INFO Grouped MUST "Proxy-Info";
    VENDOR_IETF 292 REDIRECT_HOST DiameterUri MUST "Redirect-Host";
    VENDOR_IETF 293 DESTINATION_HOST DiameterIdentity MUST "Destination-Host";
    VENDOR_IETF 294 ERROR_REPORTING_HOST DiameterIdentity MAY "Error-Reporting-Host";
    VENDOR_IETF 296 ORIGIN_REALM DiameterIdentity MUST "Origin-Realm";
    VENDOR_IETF 297 EXPERIMENTAL_RESULT Grouped MUST "Experimental-Result";
    VENDOR_IETF 298 EXPERIMENTAL_RESULT_CODE Unsigned32 MUST "Experimental-Result-Code";
    VENDOR_IETF 299 INBAND_SECURITY_ID Unsigned32 MUST "Inband-Security-Id";
    VENDOR_IETF 301 DRMP Enumerated MAY "DRMP";
    VENDOR_IETF 621 OC_SUPPORTED_FEATURES Grouped MAY "OC-Supported-Features";
    VENDOR_IETF 623 OC_OLR Grouped MAY "OC-OLR";
    VENDOR_IETF 650 LOAD Grouped MAY "Load";
    VENDOR_3GPP 601 PUBLIC_IDENTITY Utf8String MUST "Public-Identity";
    VENDOR_3GPP 602 SERVER_NAME Utf8String MUST "Server-Name";
    VENDOR_3GPP 628 SUPPORTED_FEATURES Grouped MAY "Supported-Features";
    VENDOR_3GPP 629 FEATURE_LIST_ID Unsigned32 MAY "Feature-List-ID";
    VENDOR_3GPP 630 FEATURE_LIST Unsigned32 MAY "Feature-List";
    VENDOR_3GPP 634 WILDCARDED_PUBLIC_IDENTITY Utf8String MAY "Wildcarded-Public-Identity";
    VENDOR_3GPP 636 WILDCARDED_IMPU Utf8String MAY "Wildcarded-IMPU";
    VENDOR_3GPP 650 SESSION_PRIORITY Enumerated MAY "Session-Priority";
    VENDOR_3GPP 700 USER_IDENTITY Grouped MUST "User-Identity";
    VENDOR_3GPP 701 MSISDN OctetString MUST "MSISDN";
    VENDOR_3GPP 702 USER_DATA OctetString MUST "User-Data";
    VENDOR_3GPP 703 DATA_REFERENCE Enumerated MUST "Data-Reference";
    VENDOR_3GPP 704 SERVICE_INDICATION OctetString MUST "Service-Indication";
    VENDOR_3GPP 705 SUBS_REQ_TYPE Enumerated MUST "Subs-Req-Type";
    VENDOR_3GPP 706 REQUESTED_DOMAIN Enumerated MUST "Requested-Domain";
    VENDOR_3GPP 707 CURRENT_LOCATION Enumerated MUST "Current-Location";
    VENDOR_3GPP 708 IDENTITY_SET Enumerated MAY "Identity-Set";
    VENDOR_3GPP 709 EXPIRY_TIME Time MAY "Expiry-Time";
    VENDOR_3GPP 710 SEND_DATA_INDICATION Enumerated MAY "Send-Data-Indication";
    VENDOR_3GPP 711 DSAI_TAG OctetString MAY "DSAI-Tag";
    VENDOR_3GPP 712 ONE_TIME_NOTIFICATION Enumerated MAY "One-Time-Notification";
    VENDOR_3GPP 713 REQUESTED_NODES Unsigned32 MAY "Requested-Nodes";
    VENDOR_3GPP 714 SERVING_NODE_INDICATION Enumerated MAY "Serving-Node-Indication";
    VENDOR_3GPP 715 REPOSITORY_DATA_ID Grouped MAY "Repository-Data-ID";
    VENDOR_3GPP 716 SEQUENCE_NUMBER Unsigned32 MAY "Sequence-Number";
    VENDOR_3GPP 717 PRE_PAGING_SUPPORTED Enumerated MAY "Pre-paging-Supported";
    VENDOR_3GPP 718 LOCAL_TIME_ZONE_INDICATION Enumerated MAY "Local-Time-Zone-Indication";
    VENDOR_3GPP 719 UDR_FLAGS Unsigned32 MAY "UDR-Flags";
    VENDOR_3GPP 720 CALL_REFERENCE_INFO Grouped MAY "Call-Reference-Info";
    VENDOR_3GPP 721 CALL_REFERENCE_NUMBER OctetString MAY "Call-Reference-Number";
    VENDOR_3GPP 722 AS_NUMBER OctetString MAY "AS-Number";
    VENDOR_3GPP 1489 SGSN_NUMBER OctetString MUST "SGSN-Number";
    VENDOR_3GPP 1496 EPS_LOCATION_INFORMATION Grouped MAY "EPS-Location-Information";
    VENDOR_3GPP 1645 MME_NUMBER_FOR_MT_SMS OctetString MUST "MME-Number-for-MT-SMS";
    VENDOR_3GPP 2400 LMSI OctetString MUST "LMSI";
    VENDOR_3GPP 2401 SERVING_NODE Grouped MUST "Serving-Node";
    VENDOR_3GPP 2402 MME_NAME DiameterIdentity MUST "MME-Name";
    VENDOR_3GPP 2403 MSC_NUMBER OctetString MUST "MSC-Number";
    VENDOR_3GPP 2406 ADDITIONAL_SERVING_NODE Grouped MUST "Additional-Serving-Node";
    VENDOR_3GPP 2408 MME_REALM DiameterIdentity MUST "MME-Realm";
    VENDOR_3GPP 2409 SGSN_NAME DiameterIdentity MAY "SGSN-Name";
    VENDOR_3GPP 2410 SGSN_REALM DiameterIdentity MAY "SGSN-Realm";
    VENDOR_3GPP 3100 IP_SM_GW_NUMBER OctetString MUST "IP-SM-GW-Number";
    VENDOR_3GPP 3101 IP_SM_GW_NAME DiameterIdentity MUST "IP-SM-GW-Name";
    VENDOR_3GPP 3102 USER_IDENTIFIER Grouped MUST "User-Identifier";
    VENDOR_3GPP 3111 EXTERNAL_IDENTIFIER Utf8String MUST "External-Identifier";
    VENDOR_3GPP 3300 SC_ADDRESS OctetString MUST "SC-Address";
    VENDOR_3GPP 3301 SM_RP_UI OctetString MUST "SM-RP-UI";
    VENDOR_3GPP 3302 TFR_FLAGS Unsigned32 MUST "TFR-Flags";
    VENDOR_3GPP 3303 SM_DELIVERY_FAILURE_CAUSE Grouped MUST "SM-Delivery-Failure-Cause";
    VENDOR_3GPP 3304 SM_ENUMERATED_DELIVERY_FAILURE_CAUSE Enumerated MUST "SM-Enumerated-Delivery-Failure-Cause";
    VENDOR_3GPP 3305 SM_DIAGNOSTIC_INFO OctetString MUST "SM-Diagnostic-Info";
    VENDOR_3GPP 3306 SM_DELIVERY_TIMER Unsigned32 MUST "SM-Delivery-Timer";
    VENDOR_3GPP 3307 SM_DELIVERY_START_TIME Time MUST "SM-Delivery-Start-Time";
    VENDOR_3GPP 3308 SM_RP_MTI Enumerated MUST "SM-RP-MTI";
    VENDOR_3GPP 3309 SM_RP_SMEA OctetString MUST "SM-RP-SMEA";
    VENDOR_3GPP 3310 SRR_FLAGS Unsigned32 MUST "SRR-Flags";
    VENDOR_3GPP 3311 SM_DELIVERY_NOT_INTENDED Enumerated MUST "SM-Delivery-Not-Intended";
    VENDOR_3GPP 3312 MWD_STATUS Unsigned32 MUST "MWD-Status";
    VENDOR_3GPP 3313 MME_ABSENT_USER_DIAGNOSTIC_SM Unsigned32 MUST "MME-Absent-User-Diagnostic-SM";
    VENDOR_3GPP 3314 MSC_ABSENT_USER_DIAGNOSTIC_SM Unsigned32 MUST "MSC-Absent-User-Diagnostic-SM";
    VENDOR_3GPP 3315 SGSN_ABSENT_USER_DIAGNOSTIC_SM Unsigned32 MUST "SGSN-Absent-User-Diagnostic-SM";
    VENDOR_3GPP 3316 SM_DELIVERY_OUTCOME Grouped MUST "SM-Delivery-Outcome";
    VENDOR_3GPP 3317 MME_SM_DELIVERY_OUTCOME Grouped MUST "MME-SM-Delivery-Outcome";
    VENDOR_3GPP 3318 MSC_SM_DELIVERY_OUTCOME Grouped MUST "MSC-SM-Delivery-Outcome";
    VENDOR_3GPP 3319 SGSN_SM_DELIVERY_OUTCOME Grouped MUST "SGSN-SM-Delivery-Outcome";
    VENDOR_3GPP 3320 IP_SM_GW_SM_DELIVERY_OUTCOME Grouped MUST "IP-SM-GW-SM-Delivery-Outcome";
    VENDOR_3GPP 3321 SM_DELIVERY_CAUSE Enumerated MUST "SM-Delivery-Cause";
    VENDOR_3GPP 3322 ABSENT_USER_DIAGNOSTIC_SM Unsigned32 MUST "Absent-User-Diagnostic-SM";
    VENDOR_3GPP 3323 RDR_FLAGS Unsigned32 MAY "RDR-Flags";
    VENDOR_3GPP 3324 SMSMI_CORRELATION_ID Grouped MAY "SMSMI-Correlation-ID";
    VENDOR_3GPP 3325 HSS_ID Utf8String MAY "HSS-ID";
    VENDOR_3GPP 3326 ORIGINATING_SIP_URI Utf8String MAY "Originating-SIP-URI";
    VENDOR_3GPP 3327 DESTINATION_SIP_URI Utf8String MAY "Destination-SIP-URI";
    VENDOR_3GPP 3328 OFR_FLAGS Unsigned32 MAY "OFR-Flags";
    VENDOR_3GPP 3329 MAXIMUM_UE_AVAILABILITY_TIME Time MAY "Maximum-UE-Availability-Time";
    VENDOR_3GPP 3330 MAXIMUM_RETRANSMISSION_TIME Time MAY "Maximum-Retransmission-Time";
    VENDOR_3GPP 3331 REQUESTED_RETRANSMISSION_TIME Time MAY "Requested-Retransmission-Time";
    VENDOR_3GPP 3332 SMS_GMSC_ADDRESS OctetString MAY "SMS-GMSC-Address";
    VENDOR_3GPP 3333 SMS_GMSC_ALERT_EVENT Unsigned32 MAY "SMS-GMSC-Alert-Event";
    VENDOR_3GPP 3334 SMSF_3GPP_ABSENT_USER_DIAGNOSTIC_SM Unsigned32 MAY "SMSF-3GPP-Absent-User-Diagnostic-SM";
    VENDOR_3GPP 3335 SMSF_NON_3GPP_ABSENT_USER_DIAGNOSTIC_SM Unsigned32 MAY "SMSF-Non-3GPP-Absent-User-Diagnostic-SM";
    VENDOR_3GPP 3336 SMSF_3GPP_SM_DELIVERY_OUTCOME Grouped MAY "SMSF-3GPP-SM-Delivery-Outcome";
    VENDOR_3GPP 3337 SMSF_NON_3GPP_SM_DELIVERY_OUTCOME Grouped MAY "SMSF-Non-3GPP-SM-Delivery-Outcome";
    VENDOR_3GPP 3338 SMSF_3GPP_NUMBER OctetString MAY "SMSF-3GPP-Number";
    VENDOR_3GPP 3339 SMSF_NON_3GPP_NUMBER OctetString MAY "SMSF-Non-3GPP-Number";
    VENDOR_3GPP 3340 SMSF_3GPP_NAME DiameterIdentity MAY "SMSF-3GPP-Name";
    VENDOR_3GPP 3341 SMSF_NON_3GPP_NAME DiameterIdentity MAY "SMSF-Non-3GPP-Name";
    VENDOR_3GPP 3342 SMSF_3GPP_REALM DiameterIdentity MAY "SMSF-3GPP-Realm";
    VENDOR_3GPP 3343 SMSF_NON_3GPP_REALM DiameterIdentity MAY "SMSF-Non-3GPP-Realm";
    VENDOR_3GPP 3344 SMSF_3GPP_ADDRESS Grouped MAY "SMSF-3GPP-Address";
    VENDOR_3GPP 3345 SMSF_NON_3GPP_ADDRESS Grouped MAY "SMSF-Non-3GPP-Address";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_found_and_stands_once() {
        for (at, line) in DICTIONARY.iter().enumerate() {
            assert_eq!(entry(line.id), Some(line));
            assert!(!DICTIONARY[..at].iter().any(|other| other.id == line.id || other.name == line.name));
        }
    }

    #[test]
    fn a_code_of_another_vendor_is_another_avp() {
        assert_eq!(entry(AvpId { code: 3300, vendor: VENDOR_IETF }), None);
        assert_eq!(entry(AvpId { code: 263, vendor: VENDOR_3GPP }), None);
    }
}
