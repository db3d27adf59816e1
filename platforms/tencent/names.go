package tencent

import "strings"

// spellings are the member names that the service is known to use in events
// and message bodies. A member that equals one but for case would be read by a
// careless client and passed over by a strict scanner, so it is never ignored.
var spellings = setOf(`
	CallbackCommand GroupId Type TopicId TopicIdList From_Account To_Account Operator_Account EventTime
	Random MsgSeq MsgTime MsgId MsgID MsgKey MsgRandom OnlineOnlyFlag MsgBody CloudCustomData GroupAtInfo
	GroupAtAllFlag GroupAt_Account MsgSeqList GroupMsgReceiptList ReadNum UnreadNum ReadReceiptMembers
	SendMsgResult ErrorInfo ErrorCode UnreadMsgNum Report_Account Peer_Account LastReadTime C2CMsgInfo
	JoinType NewMemberList Member_Account ExitType ExitMemberList Modified_Account Role NameCard
	OldOwner_Account NewOwner_Account Owner_Account Name MemberList
	MsgType MsgContent Text Desc Latitude Longitude Index Data Ext Sound Url URL UUID Size Second Download_Flag
	ImageFormat ImageInfoArray Width Height FileSize FileName fileName VideoUrl VideoUUID VideoFormat ThumbUrl
	ThumbUUID ThumbFormat VideoSize VideoSecond VideoDownloadFlag ThumbSize ThumbWidth ThumbHeight
	ThumbDownloadFlag Title MsgNum CompatibleText AbstractList MsgList JsonMsgKey MsgTimeStamp`)

// folded maps a name without case to true where some spelling folds to it.
var folded = foldAll(spellings)

func setOf(names string) map[string]bool {
	set := map[string]bool{}
	for name := range strings.FieldsSeq(names) {
		set[name] = true
	}
	return set
}

func foldAll(names map[string]bool) map[string]bool {
	set := make(map[string]bool, len(names))
	for name := range names {
		set[foldName(name)] = true
	}
	return set
}

// foldName takes the case out of a name, as simple Unicode folding does: two
// letters outside ASCII fold to ASCII ones.
func foldName(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'A' <= r && r <= 'Z':
			return r + 'a' - 'A'
		case r == '\u017F':
			return 's'
		case r == '\u212A':
			return 'k'
		}
		return r
	}, name)
}

// variants reports whether a member anywhere in the service's own structure is
// a case variant of a known one. The content of an element of unknown type is
// not the structure we know: it is walked whole instead.
func (d *document) variants(at int) bool {
	n := d.nodes[at]
	for i := n.first; i != 0; i = d.nodes[i].next {
		child := &d.nodes[i]
		if child.name != "" && !spellings[child.name] && folded[foldName(child.name)] {
			return true
		}
		if child.first == 0 || child.name == "MsgContent" && !d.known(at) {
			continue
		}
		if d.variants(i) {
			return true
		}
	}
	return false
}

// known reports whether the element at a node has a type that we know.
func (d *document) known(at int) bool {
	f := fields{doc: d, at: at}
	_, ok := readers[f.text("MsgType")]
	return ok
}
