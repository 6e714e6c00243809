package eks

import (
	"encoding/json"
	"fmt"
)

// statement is one statement of an IAM policy.
type statement struct {
	Effect    string                         `json:"Effect"`
	Principal any                            `json:"Principal,omitempty"`
	Action    []string                       `json:"Action"`
	Resource  []string                       `json:"Resource,omitempty"`
	Condition map[string]map[string][]string `json:"Condition,omitempty"`
}

// allow lets whoever has the policy do the actions with the resources.
func allow(actions []string, resources ...string) statement {
	return statement{Effect: "Allow", Action: actions, Resource: resources}
}

// when narrows the statement to requests whose key has one of the values under the operator, such as StringEquals.
func (s statement) when(operator, key string, values ...string) statement {
	conditions := map[string]map[string][]string{}
	for op, keys := range s.Condition {
		conditions[op] = keys
	}
	keys := map[string][]string{key: values}
	for k, v := range conditions[operator] {
		keys[k] = v
	}
	conditions[operator] = keys
	s.Condition = conditions
	return s
}

// by says who the statement is for, in the policy of a key or a role.
func (s statement) by(kind, who string) statement {
	s.Principal = map[string]string{kind: who}
	return s
}

// document is the policy's text.
func document(statements ...statement) string {
	text, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": statements})
	if err != nil {
		panic(fmt.Sprintf("a policy is made of strings: %v", err))
	}
	return string(text)
}
