package main

import (
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"os/signal"
	"syscall"

	"go.etcd.io/etcd/server/v3/embed"
)

// A stack of 1,000 Deployments takes some 40 MB; a laptop should hear of a runaway before its disk is full.
const etcdQuota = 1 << 30

// runEtcd keeps fsync on. Without it a process crash loses nothing, but a power cut or a flat battery can leave a log
// that etcd refuses to read, while the stack's state file still lists every object: that costs more than it saves.
func runEtcd(args []string) error {
	flags := flag.NewFlagSet("etcd", flag.ContinueOnError)
	dir := flags.String("data-dir", "", "data directory")
	listen := flags.String("listen", "", "client URL")
	cert := flags.String("cert", "", "server certificate file")
	key := flags.String("key", "", "server key file")
	clientCA := flags.String("client-ca", "", "certificate authority of clients")
	if err := flags.Parse(args); err != nil {
		return err
	}
	client, err := url.Parse(*listen)
	if err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	cfg := embed.NewConfig()
	cfg.Dir = *dir
	cfg.LogLevel = "warn"
	cfg.QuotaBackendBytes = etcdQuota
	cfg.ListenClientUrls, cfg.AdvertiseClientUrls = []url.URL{*client}, []url.URL{*client}
	cfg.ClientTLSInfo.CertFile, cfg.ClientTLSInfo.KeyFile = *cert, *key
	cfg.ClientTLSInfo.TrustedCAFile, cfg.ClientTLSInfo.ClientCertAuth = *clientCA, true
	// There is one member: its peer listener serves nobody, so any port will do, and peers must show a certificate too.
	cfg.ListenPeerUrls = []url.URL{{Scheme: "https", Host: "127.0.0.1:0"}}
	cfg.PeerTLSInfo = cfg.ClientTLSInfo
	// Entries kept in memory for followers, of which there are none.
	cfg.SnapshotCount, cfg.SnapshotCatchUpEntries = 2000, 100

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	etcd, err := embed.StartEtcd(cfg)
	if err != nil {
		return err
	}
	defer etcd.Close()
	select {
	case <-stop:
		return nil
	case err := <-etcd.Err():
		return err
	case <-etcd.Server.StopNotify():
		return errors.New("etcd stopped by itself")
	}
}
