package tencentsim_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/takeback-chat/takeback/platforms/tencent/tencentsim"
)

func TestZZBrowser(t *testing.T) {
	if os.Getenv("SIMBROWSER") == "" {
		return
	}
	b := newBench(t, func(o *tencentsim.Options) { o.BeforeSend = true })
	b.receiver.say(func(h hook) (int, string) {
		if h.body["CallbackCommand"] == "Group.CallbackBeforeSendMsg" {
			if tt := h.text; len(tt) > 0 && containsAny(tt, "blockme") {
				return 200, `{"ActionStatus":"OK","ErrorCode":10120,"ErrorInfo":"This looks like a live token."}`
			}
		}
		return 200, `{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":""}`
	})
	ctx, stop := context.WithTimeout(t.Context(), 60*time.Second)
	defer stop()
	go b.sim.Play(ctx, tencentsim.DemoScript(), 60)
	time.Sleep(6 * time.Second)
	actx, cancel := chromedp.NewExecAllocator(ctx, append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("disable-quic", true), chromedp.WindowSize(1440,900))...)
	defer cancel()
	bctx, cancel2 := chromedp.NewContext(actx)
	defer cancel2()
	msgs := chromedp.Console(bctx)
	go func() {
		for m, err := range msgs {
			if err != nil {
				return
			}
			t.Logf("console %+v", m)
		}
	}()
	save := func(name string) chromedp.Action[chromedp.Void] {
		return chromedp.Func(func(ctx context.Context, tg *chromedp.Target) error {
			buf, err := chromedp.CaptureScreenshot()(ctx, tg)
			if err != nil {
				return err
			}
			return os.WriteFile("/tmp/simshot/"+name, buf, 0o644)
		})
	}
	steps := []chromedp.Action[chromedp.Void]{
		chromedp.Navigate(b.api+"/"),
		chromedp.WaitVisible(".window"),
		chromedp.Sleep(500*time.Millisecond),
		chromedp.Click("#talk"),
		chromedp.Sleep(300*time.Millisecond),
		chromedp.SendKeys(".window:nth-child(1) .text", "hello there\r"),
		chromedp.Sleep(200*time.Millisecond),
		chromedp.SendKeys(".window:nth-child(2) .text", "please blockme\r"),
		chromedp.Sleep(200*time.Millisecond),
		chromedp.Evaluate[chromedp.Void](`(() => { const s = document.querySelectorAll('.window')[2].querySelector('.sample'); s.value = 'AWS key'; s.dispatchEvent(new Event('change')); const own=[...document.querySelectorAll('.window')[0].querySelectorAll('.own')].at(-1); own.querySelector('.recall').click(); return 1 })()`),
		chromedp.Click("#toggle-wire"),
		chromedp.Sleep(1500*time.Millisecond),
		chromedp.Func(func(context.Context, *chromedp.Target) error {
			b.sim.SetFaults(tencentsim.Faults{Throttle: 1})
			b.call(recallAPI, `{"GroupId":"sales-apac","MsgSeqList":[{"MsgSeq":1}]}`)
			b.sim.SetFaults(tencentsim.Faults{})
			b.call(recallAPI, `{"GroupId":"sales-apac","MsgSeqList":[{"MsgSeq":6},{"MsgSeq":7}],"Reason":"Taken back: it held sensitive information."}`)
			return nil
		}),
		chromedp.Sleep(1600*time.Millisecond),
		save("c1.png"),
		chromedp.Click("#open-faults"),
		chromedp.Sleep(200*time.Millisecond),
		chromedp.Evaluate[chromedp.Void](`(() => { const s = document.querySelector('#fault-list select'); s.value = '0.1'; s.dispatchEvent(new Event('change')); return 1 })()`),
		chromedp.Sleep(300*time.Millisecond),
		save("c2.png"),
		chromedp.KeyEvent("\x1b"),
		chromedp.Sleep(200*time.Millisecond),
		chromedp.Click(".window:nth-child(1) .members"),
		chromedp.Sleep(300*time.Millisecond),
		save("c3.png"),
		chromedp.KeyEvent("\x1b"),
		chromedp.EmulateViewport(420, 860),
		chromedp.Click("#toggle-wire"),
		chromedp.Sleep(300*time.Millisecond),
		save("c4.png"),
	}
	for i, s := range steps {
		sctx, c := context.WithTimeout(bctx, 8*time.Second)
		err := chromedp.Do(sctx, s)
		c()
		if err != nil {
			t.Errorf("step %d: %v", i, err)
		}
	}
}

func containsAny(s, sub string) bool {
	for i := 0; i+len(sub) <= len(s); i++ {
		if s[i:i+len(sub)] == sub {
			return true
		}
	}
	return false
}
