// A client of the public-charging API that takes care, as a team might write it with net/http.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
)

var (
	errRefused = errors.New("the API said no")  // and nothing happened
	errUnsure  = errors.New("look again later") // the request may have been carried out, or not
)

type scanToPay struct {
	url   string
	sleep func(seconds float64)
	http  http.Client
}

func (c *scanToPay) start(code string, connector int, email *string) (any, error) {
	content, err := c.ask("POST", "", map[string]any{"code": code, "connector_id": connector, "email": email})
	return content["session_token"], err
}

func (c *scanToPay) session(token string) (any, error) {
	return view(c.ask("GET", "/"+token, nil))
}

// act does something; when that is in doubt, it asks what has become of it.
func (c *scanToPay) act(token, action string, body any) (any, error) {
	found, err := view(c.ask("POST", "/"+token+"/"+action, body))
	if errors.Is(err, errUnsure) {
		return c.session(token)
	}
	return found, err
}

func (c *scanToPay) ask(method, path string, body any) (map[string]any, error) {
	for tries := 0; tries < 3; tries++ {
		sent, _ := json.Marshal(body)
		request, err := http.NewRequest(method, c.url+"/v3/public-charging/sessions"+path, bytes.NewReader(sent))
		if err != nil {
			return nil, err
		}
		request.Header.Set("Accept", "application/json")
		request.Header.Set("Content-Type", "application/json")
		response, err := c.http.Do(request)
		if err != nil {
			return nil, fmt.Errorf("%w: the connection broke", errUnsure)
		}
		if response.StatusCode != 429 {
			return content(response)
		}
		response.Body.Close()
		seconds, _ := strconv.ParseFloat(response.Header.Get("Retry-After"), 64)
		c.sleep(seconds)
	}
	return nil, fmt.Errorf("%w: it is busy", errRefused)
}

func content(response *http.Response) (map[string]any, error) {
	defer response.Body.Close()
	var found map[string]any
	if err := json.NewDecoder(response.Body).Decode(&found); err != nil || response.StatusCode >= 500 {
		return nil, fmt.Errorf("%w: it answered %d", errUnsure, response.StatusCode)
	}
	if response.StatusCode >= 400 {
		return nil, fmt.Errorf("%w: %v", errRefused, found["message"])
	}
	return found, nil
}

// view keeps what this client knows of a session.
func view(content map[string]any, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	data, known := content["data"].(map[string]any), map[string]any{}
	for _, name := range []string{"status", "failure_reason", "energy_kwh", "cost_amount", "driver_email"} {
		known[name] = data[name]
	}
	return known, nil
}
