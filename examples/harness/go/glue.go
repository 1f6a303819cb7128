package main

import (
	"bufio"
	"encoding/json"
	"os"
)

// Ask is one message of plugproof: a JSON object on a line of standard input.
type Ask struct {
	Do, URL, Session, Code string
	Email                  *string
	ConnectorID            int `json:"connector_id"`
}

var input = bufio.NewScanner(os.Stdin)

func write(message map[string]any) { json.NewEncoder(os.Stdout).Encode(message) }

// Sleep waits: give this to the client in place of time.Sleep, and time passes on the fake only.
func Sleep(seconds float64) { write(map[string]any{"sleep": seconds}); input.Scan() }

// Speak answers until the input ends; press replies with a session, a view or an error.
func Speak(buttons []string, open func(url string), press func(Ask) map[string]any) {
	for input.Scan() {
		var ask Ask
		json.Unmarshal(input.Bytes(), &ask)
		switch ask.Do {
		case "hello":
			write(map[string]any{"protocol": 1, "buttons": buttons, "email_at_start": true})
		case "open", "close":
			open(ask.URL)
			write(map[string]any{"done": true})
		default:
			write(press(ask))
		}
	}
}
