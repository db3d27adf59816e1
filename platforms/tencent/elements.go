package tencent

import (
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/takeback-chat/takeback/models"
)

// reader collects what one element of a message body says.
type reader func(c *collector, content *fields, path string)

// readers are the element types that the service documents.
var readers map[string]reader

func init() { // forwards hold bodies, whose elements are looked up here: a plain initialiser would be a cycle
	readers = map[string]reader{
		"TIMTextElem":      texts(models.TextElement, false, "Text"),
		"TIMLocationElem":  texts(models.LocationElement, false, "Desc"),
		"TIMFaceElem":      walked(models.FaceElement, "Data"),
		"TIMCustomElem":    walked(models.CustomElement, "Data", "Desc", "Ext", "Sound"),
		"TIMSoundElem":     texts(models.SoundElement, true),
		"TIMImageElem":     texts(models.ImageElement, true),
		"TIMFileElem":      texts(models.FileElement, true, "FileName", "fileName"),
		"TIMVideoFileElem": texts(models.VideoElement, true),
		"TIMRelayElem":     relay,
	}
}

// handles are members of known elements that name a place or a format and are
// shown to nobody.
var handles = setOf(`Url URL UUID VideoUrl VideoUUID VideoFormat ThumbUrl ThumbUUID ThumbFormat
	ImageInfoArray`)

// texts reads the named string members as they are. opaque: the element has a
// content besides, which cannot be inspected here.
func texts(kind models.ElementKind, opaque bool, names ...string) reader {
	return func(c *collector, content *fields, path string) {
		if opaque {
			c.add(models.Element{Kind: kind, Path: path, Opaque: true}, origin{fixed: true})
		}
		c.members(kind, content, path, names, func(name string, at int) {
			c.add(models.Element{Kind: kind, Path: path + "." + name, Text: content.doc.nodes[at].text}, origin{node: at})
		})
	}
}

// walked reads the named string members, and what they hold where they are
// JSON themselves.
func walked(kind models.ElementKind, names ...string) reader {
	return func(c *collector, content *fields, path string) {
		c.members(kind, content, path, names, func(name string, at int) {
			c.walkText(kind, path+"."+name, spot{node: at}, "", 0)
		})
	}
}

// relay reads a merged forward: its own texts, and the messages in it like any
// other. A large one is kept elsewhere and cannot be read.
func relay(c *collector, content *fields, path string) {
	c.members(models.MergedElement, content, path, []string{"Title", "CompatibleText"}, func(name string, at int) {
		c.add(models.Element{Kind: models.MergedElement, Path: path + "." + name, Text: content.doc.nodes[at].text}, origin{node: at})
	}, "AbstractList", "MsgList", "JsonMsgKey")
	c.items(content, "AbstractList", path, func(at int, path string) {
		c.walkTree(models.MergedElement, path, spot{node: at}, "", 0)
	})
	c.items(content, "MsgList", path, func(at int, path string) {
		message := fields{doc: content.doc, at: at}
		c.body(&message, path+".")
	})
	if content.find("JsonMsgKey") != 0 || content.find("MsgList") == 0 {
		c.add(models.Element{Kind: models.MergedElement, Path: path, Opaque: true}, origin{fixed: true})
	}
}

// items calls each for every item of an array, with its path. What should be
// an array and is none is walked like something unknown.
func (c *collector) items(content *fields, name, path string, each func(at int, path string)) {
	i := content.find(name)
	if i == 0 {
		return
	}
	if content.doc.nodes[i].kind != '[' {
		c.unknown(i, path+"."+name)
		return
	}
	n := 0
	for j := content.doc.nodes[i].first; j != 0; j = content.doc.nodes[j].next {
		each(j, path+"."+name+"["+strconv.Itoa(n)+"]")
		n++
	}
}

// members hands every named string member to read. A named member that is no
// string is walked as unknown; so are members that no documentation names,
// except that those do not make the element opaque: new fields come without
// notice. also names members that the caller reads itself.
func (c *collector) members(kind models.ElementKind, content *fields, path string, names []string, read func(name string, at int), also ...string) {
	for i := content.doc.nodes[content.at].first; i != 0; i = content.doc.nodes[i].next {
		n := &content.doc.nodes[i]
		switch {
		case handles[n.name] || slices.Contains(also, n.name):
		case !slices.Contains(names, n.name):
			if n.kind != jsontext.Kind('0') {
				c.walkTree(kind, path+".*", spot{node: i}, n.name, 0)
			}
		case n.kind == '"':
			read(n.name, i)
		case n.kind != 'n':
			c.unknown(i, path+"."+n.name)
		}
	}
}

// body reads the message body of an event, which must have one.
func (in *inbound) body() *collector {
	c := newCollector(in.doc)
	switch in.kindOf("MsgBody") {
	case '[':
	case 0:
		in.fail(missingField)
		return c
	default:
		in.fail(wrongType)
		return c
	}
	c.body(&in.fields, "")
	c.finish()
	return c
}

// body reads MsgBody and CloudCustomData of a message, by itself or in a forward.
func (c *collector) body(message *fields, prefix string) {
	i := message.find("MsgBody")
	if i == 0 || message.doc.nodes[i].kind != '[' {
		c.unknown(message.at, prefix+"MsgBody")
		return
	}
	n := 0
	for j := message.doc.nodes[i].first; j != 0; j = message.doc.nodes[j].next {
		c.element(j, prefix+"MsgBody["+strconv.Itoa(n)+"]")
		n++
	}
	switch i := message.find("CloudCustomData"); {
	case i == 0:
	case message.doc.nodes[i].kind == '"':
		c.walkText(models.CloudElement, prefix+"CloudCustomData", spot{node: i}, "", 0)
	default:
		c.unknown(i, prefix+"CloudCustomData")
	}
}

// element reads one element of a body.
func (c *collector) element(at int, path string) {
	item := fields{doc: c.doc, at: at}
	read, ok := readers[item.text("MsgType")]
	if !ok || item.kindOf("MsgContent") != '{' {
		c.unknown(at, path)
		return
	}
	content := fields{doc: c.doc, at: item.find("MsgContent")}
	read(c, &content, path+".MsgContent")
}

// unknown walks every string of something that has no known form, and says
// that it cannot be vouched for. The name of its type, if it looks like one, is
// all that is left out.
func (c *collector) unknown(at int, path string) {
	if n := c.doc.nodes[at]; n.kind != '{' {
		c.walkTree(models.UnknownElement, path+".*", spot{node: at}, "", 0)
	}
	for i := c.doc.nodes[at].first; i != 0 && c.doc.nodes[at].kind == '{'; i = c.doc.nodes[i].next {
		n := c.doc.nodes[i]
		if n.name == "MsgType" && n.kind == '"' && plainWord(n.text) {
			continue
		}
		c.oddKey(models.UnknownElement, path+".*", spot{node: i}, n)
		c.walkTree(models.UnknownElement, path+".*", spot{node: i}, n.name, 0)
	}
	c.add(models.Element{Kind: models.UnknownElement, Path: path, Opaque: true}, origin{fixed: true})
}
