package tencentsim

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// FuzzREST throws bodies at every command: whatever comes, there is an answer in
// the platform's form.
func FuzzREST(f *testing.F) {
	s, err := New(Options{SDKAppID: 1, Key: "k", Admin: "administrator", Rate: 1 << 30, Keep: 50})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(s.Close)
	if err := s.CreateGroup(GroupSpec{ID: "g", Owner: "ann", Members: map[string]Role{"bob": ""}}); err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{
		``, `{}`, `null`, `[]`, `{"GroupId":"g"}`, `{"GroupId":"g","MsgSeqList":[{"MsgSeq":1}],"Reason":"x"}`, `{"GroupId":"g","MsgSeqList":[{}]}`,
		`{"GroupId":"g","ReqMsgNumber":20,"ReqMsgSeq":4294967295,"WithRecalledMsg":1}`, `{"GroupIdList":["g","h"],"ResponseFilter":{"GroupBaseInfoFilter":["Type"]}}`,
		`{"GroupId":"g","Random":1,"MsgBody":[{"MsgType":"TIMTextElem","MsgContent":{"Text":"x"}}]}`, `{"GroupId":"g","Random":1,"MsgBody":[{"MsgType":"T","MsgContent":{"a":1,"a":2}}]}`,
		`{"From_Account":"ann","To_Account":"bob","MsgKey":"1_2_3"}`, `{"To_Account":["ann"]}`, `{"GroupId":"g","User_Account":["ann"]}`, `{"GroupId":"g","Limit":1,"Offset":9}`,
		`{"Operator_Account":"ann","Peer_Account":"bob","MaxCnt":1,"MinTime":0,"MaxTime":9999999999}`, `{"GroupId":"g","MsgSeq":1,"Filter":0,"Count":200}`,
	} {
		f.Add([]byte(seed))
	}
	sig := s.UserSig("administrator", time.Hour)
	f.Fuzz(func(t *testing.T, body []byte) {
		for api := range commands {
			url := "/v4/" + api + "?sdkappid=1&identifier=administrator&random=1&contenttype=json&usersig=" + sig
			w := httptest.NewRecorder()
			s.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodPost, url, strings.NewReader(string(body))))
			if w.Code != 200 || !strings.Contains(w.Body.String(), `"ErrorCode":`) {
				t.Errorf("%s: status %d, %q", api, w.Code, w.Body)
			}
		}
	})
}

// FuzzUserSig: no text but one made with the key is ever taken for a UserSig.
func FuzzUserSig(f *testing.F) {
	s, err := New(Options{SDKAppID: 1, Key: "k", Admin: "administrator"})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(s.Close)
	other, err := New(Options{SDKAppID: 1, Key: "other", Admin: "administrator"})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(other.Close)
	f.Add("")
	f.Add("eJw_")
	f.Add(other.UserSig("administrator", time.Hour))
	f.Fuzz(func(t *testing.T, sig string) {
		if code := s.checkUserSig(sig, "administrator", time.Now()); code == codeOK {
			t.Errorf("%q is taken for a UserSig", sig)
		}
	})
}
