// Package console is what moderators see: pages made by html/template from
// typed views, kept live by server-sent events, styled by our own CSS.
//
// HTML is the interface. A page is a view struct, a template and a handler,
// side by side in one file's reach. The same part (templates/parts) serves the
// page, the answer to a click and the live stream, so a row has one look. What
// a stranger wrote is printed by the template alone, which escapes it, with
// control characters turned into visible signs (see text.go).
package console
