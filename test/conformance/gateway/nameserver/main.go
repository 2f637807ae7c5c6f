// Stands for the CoreDNS of the suite's Pods: says who asks, as its plugin "whoami" does.
package main

import (
	"log"
	"net"

	"github.com/miekg/dns"
)

func main() {
	log.Print("listening on port 53 (udp)")
	log.Fatal(dns.ListenAndServe(":53", "udp", dns.HandlerFunc(answer)))
}

func answer(writer dns.ResponseWriter, question *dns.Msg) {
	reply := new(dns.Msg)
	reply.SetReply(question)
	asker, _, _ := net.SplitHostPort(writer.RemoteAddr().String())
	header := dns.RR_Header{Name: question.Question[0].Name, Rrtype: dns.TypeA, Class: dns.ClassINET}
	reply.Extra = []dns.RR{&dns.A{Hdr: header, A: net.ParseIP(asker)}}
	if err := writer.WriteMsg(reply); err != nil {
		log.Print(err)
	}
}
