// SPDX-License-Identifier: Apache-2.0

// Command reference is the plain way to serve the telemetry contract in Go, to measure against: one
// mutex, every point kept, a Summary computed from them. It has no window and forgets nothing.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"sync"

	"google.golang.org/grpc"

	"reference/telemetry"
)

type server struct {
	mutex  sync.Mutex
	series map[string][]float64
}

func (s *server) PushPoints(stream telemetry.TelemetryService_PushPointsServer) error {
	var count int64
	for {
		point, err := stream.Recv()
		if err == io.EOF {
			return stream.SendAndClose(&telemetry.Ack{PointsReceived: count})
		}
		if err != nil {
			return err
		}
		s.mutex.Lock()
		s.series[point.Metric] = append(s.series[point.Metric], point.Value)
		s.mutex.Unlock()
		count++
	}
}

func (s *server) Summary(context.Context, *telemetry.SummaryRequest) (*telemetry.Report, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	report := &telemetry.Report{Metrics: make(map[string]*telemetry.MetricSummary, len(s.series))}
	for name, values := range s.series {
		summary := &telemetry.MetricSummary{Count: int64(len(values)), Min: values[0], Max: values[0]}
		for _, value := range values {
			summary.Sum += value
			if value < summary.Min {
				summary.Min = value
			}
			if value > summary.Max {
				summary.Max = value
			}
		}
		summary.Avg = summary.Sum / float64(summary.Count)
		report.Metrics[name] = summary
	}
	return report, nil
}

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "where to listen")
	flag.Parse()
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	// The windows that serve grpc-go best; its defaults are slower.
	service := grpc.NewServer(
		grpc.InitialWindowSize(1<<20), grpc.InitialConnWindowSize(16<<20),
		grpc.ReadBufferSize(128<<10))
	telemetry.RegisterTelemetryServiceServer(service, &server{series: map[string][]float64{}})
	fmt.Printf("ready grpc=%s\n", listener.Addr())
	log.Fatal(service.Serve(listener))
}
