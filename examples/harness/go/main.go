package main

import "errors"

// How plugproof presses the buttons of our client.
func main() {
	client := &scanToPay{}
	open := func(url string) { client = &scanToPay{url: url, sleep: Sleep} }
	Speak([]string{"start", "poll", "confirm", "stop", "cancel", "email"}, open, func(ask Ask) map[string]any {
		name, found, err := press(client, ask)
		if err != nil {
			return map[string]any{"error": kind(err), "message": err.Error()}
		}
		return map[string]any{name: found}
	})
}

func kind(err error) string {
	if errors.Is(err, errRefused) {
		return "refused"
	}
	if errors.Is(err, errUnsure) {
		return "unsure"
	}
	return "crash"
}

func press(client *scanToPay, ask Ask) (name string, found any, err error) {
	name = "view"
	switch ask.Do {
	case "start":
		name = "session"
		found, err = client.start(ask.Code, ask.ConnectorID, ask.Email)
	case "poll":
		found, err = client.session(ask.Session)
	case "email":
		found, err = client.act(ask.Session, "receipt-email", map[string]any{"email": ask.Email})
	default:
		found, err = client.act(ask.Session, ask.Do, nil)
	}
	return
}
