// Package tencentsim is a simulated Tencent Chat: groups of every type, topics,
// one-to-one chats, members with roles, sequences, roaming, recall, webhooks and
// the REST calls that a moderation service needs, with faults that can be
// switched on. It also serves a chat page on which a person can type as any
// member and watch messages being taken back.
//
// It follows the vendor's published documentation; where that is silent the
// choice is named in a comment or an option. It shares no code with the adapter
// it is used to test, so that the two check each other.
//
// Nothing is kept on disk, and no message text is ever journalled or logged.
package tencentsim
